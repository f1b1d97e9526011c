using System.Reflection;
using System.Reflection.Emit;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>The dynamic module of emitted classes. It may use internal types, so that grain interfaces need not be public.</summary>
internal sealed class EmittedModule
{
    private readonly AssemblyBuilder _assembly;
    private readonly ModuleBuilder _module;
    private readonly ConstructorInfo _ignoresAccessChecks;
    private readonly HashSet<string> _accessible = new(StringComparer.Ordinal);
    private int _types;

    internal EmittedModule()
    {
        var name = new AssemblyName("Multipath.Standalone.Orleans.Emitted");
        _assembly = AssemblyBuilder.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run);
        _module = _assembly.DefineDynamicModule("Emitted");
        _ignoresAccessChecks = DefineAccessAttribute();
        AllowAccessTo(typeof(EmittedModule).Assembly);
    }

    internal TypeBuilder Define(string name, Type parent, params Type[] interfaces)
        => _module.DefineType($"{name}#{_types++}", TypeAttributes.Public | TypeAttributes.Sealed, parent, interfaces);

    /// <summary>Allows access to an interface and to everything in its signatures.</summary>
    internal void AllowAccessTo(Type type)
    {
        foreach (Type each in type.GetInterfaces().Append(type))
        {
            AllowAccessTo(each.Assembly);
            foreach (MethodInfo method in each.GetMethods())
            {
                foreach (Type part in method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType))
                {
                    AllowParts(part);
                }
            }
        }
    }

    private void AllowParts(Type type)
    {
        AllowAccessTo(type.Assembly);
        foreach (Type argument in type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments())
        {
            AllowParts(argument);
        }
    }

    private void AllowAccessTo(Assembly assembly)
    {
        if (_accessible.Add(assembly.GetName().Name!))
        {
            _assembly.SetCustomAttribute(new CustomAttributeBuilder(_ignoresAccessChecks, [assembly.GetName().Name!]));
        }
    }

    /// <summary>The runtime honours this attribute by its name; the framework does not define it.</summary>
    private ConstructorInfo DefineAccessAttribute()
    {
        TypeBuilder type = _module.DefineType("System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute",
            TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Sealed, typeof(Attribute));
        ConstructorBuilder constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [typeof(string)]);
        ILGenerator il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, Type.EmptyTypes)!);
        il.Emit(OpCodes.Ret);
        var usage = new CustomAttributeBuilder(typeof(AttributeUsageAttribute).GetConstructor([typeof(AttributeTargets)])!,
            [AttributeTargets.Assembly],
            [typeof(AttributeUsageAttribute).GetProperty(nameof(AttributeUsageAttribute.AllowMultiple))!],
            [true]);
        type.SetCustomAttribute(usage);
        return type.CreateType().GetConstructor([typeof(string)])!;
    }
}
