using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using Multipath.Standalone.Orleans.Calls;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>
/// Emits, once per interface and process, a class of references and for each method a class of calls. A method of the reference
/// fills a call with its arguments and sends it; the call casts the instance and calls the method on it:
/// <code>
/// Task&lt;R&gt; I.M(A a) { var call = new I_M(); call.a0 = a; return Send(call, index of M); }
/// class I_M : ResultCall&lt;R&gt; { A a0; Task Invoke(object instance) => ((I)instance).M(a0); }
/// </code>
/// </summary>
internal static class ProxyEmitter
{
    private const MethodAttributes Implementation = MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final
        | MethodAttributes.HideBySig | MethodAttributes.NewSlot;

    private static readonly Lock EmitLock = new();
    private static readonly EmittedModule Module = new();
    private static readonly ConcurrentDictionary<Type, Func<ReferenceShared, GrainId, GrainReference>> Emitted = new();
    private static readonly ConstructorInfo ReferenceConstructor = typeof(GrainReference)
        .GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(ReferenceShared), typeof(GrainId)])!;

    /// <summary>How to make a reference of an interface.</summary>
    /// <param name="shape">The interface, checked.</param>
    internal static Func<ReferenceShared, GrainId, GrainReference> Emit(InterfaceShape shape)
    {
        lock (EmitLock)
        {
            return Emitted.GetOrAdd(shape.Type, _ => EmitReference(shape));
        }
    }

    private static Func<ReferenceShared, GrainId, GrainReference> EmitReference(InterfaceShape shape)
    {
        Module.AllowAccessTo(shape.Type);
        TypeBuilder type = Module.Define($"Reference.{shape.Type.FullName}", typeof(GrainReference), shape.Type);
        Type[] parameters = [typeof(ReferenceShared), typeof(GrainId)];
        ILGenerator il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, parameters).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, ReferenceConstructor);
        il.Emit(OpCodes.Ret);

        for (int index = 0; index < shape.Methods.Count; index++)
        {
            EmitMethod(type, shape.Methods[index].Info!, index);
        }

        ConstructorInfo constructor = type.CreateType().GetConstructor(parameters)!;
        ParameterExpression[] arguments = [Expression.Parameter(typeof(ReferenceShared)), Expression.Parameter(typeof(GrainId))];
        NewExpression make = Expression.New(constructor, arguments);
        return Expression.Lambda<Func<ReferenceShared, GrainId, GrainReference>>(make, arguments).Compile();
    }

    private static void EmitMethod(TypeBuilder reference, MethodInfo method, int index)
    {
        ReturnKind returns = ReturnKind.Of(method.ReturnType);
        Type call = EmitCall(method, returns, index);
        Type[] parameters = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        string name = $"{method.DeclaringType!.FullName}.{method.Name}";
        MethodBuilder body = reference.DefineMethod(name, Implementation, method.ReturnType, parameters);
        ILGenerator il = body.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, call.GetConstructor(Type.EmptyTypes)!);
        for (int i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            il.Emit(OpCodes.Stfld, call.GetField($"a{i}")!);
        }

        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Call, returns.Send);
        if (returns.FromTask is { } fromTask)
        {
            il.Emit(OpCodes.Newobj, fromTask);
        }
        else if (returns.IsVoid)
        {
            il.Emit(OpCodes.Pop);
        }

        il.Emit(OpCodes.Ret);
        reference.DefineMethodOverride(body, method);
    }

    private static Type EmitCall(MethodInfo method, ReturnKind returns, int index)
    {
        TypeBuilder type = Module.Define($"Call.{method.DeclaringType!.FullName}.{method.Name}.{index}", returns.CallBase);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        MethodInfo invoke = typeof(Call).GetMethod(nameof(Call.Invoke))!;
        MethodBuilder body = type.DefineMethod(invoke.Name, MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig,
            typeof(Task), [typeof(object)]);
        ILGenerator il = body.GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        ParameterInfo[] parameters = method.GetParameters();
        for (int i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, type.DefineField($"a{i}", parameters[i].ParameterType, FieldAttributes.Public));
        }

        il.Emit(OpCodes.Callvirt, method);
        if (returns.ToTask is { } toTask)
        {
            il.Emit(OpCodes.Call, toTask);
        }

        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(body, invoke);
        return type.CreateType();
    }
}
