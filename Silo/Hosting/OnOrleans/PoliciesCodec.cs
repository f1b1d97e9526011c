using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Multipath.Policies.Model;
using Orleans;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.WireProtocol;

namespace Multipath.Silo.Hosting;

/// <summary>
/// Carries the types of Policies between silos, as the JSON in which they are stored: they have no serialiser's attributes, for the agent
/// and the pure cores know no Orleans. All of them are immutable, so that a copy is the same object.
/// </summary>
[Alias(Name)]
internal sealed class PoliciesCodec : IGeneralizedCodec, IGeneralizedCopier, ITypeFilter
{
    /// <summary>Its name on the wire.</summary>
    public const string Name = "mp.json";

    private const uint TypeField = 0;
    private const uint TextField = 1;

    private static readonly Assembly Policies = typeof(HostPlan).Assembly;

    public bool IsSupportedType(Type type) => type == typeof(PoliciesCodec) || (type.Assembly == Policies && !type.IsGenericType);

    public bool? IsTypeAllowed(Type type) => IsSupportedType(type) ? true : null;

    public object? DeepCopy(object? input, CopyContext context) => input;

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, object? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value))
        {
            return;
        }

        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(PoliciesCodec), WireType.TagDelimited);
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeaderExpected(TypeField, WireType.LengthPrefixed);
        writer.Session.TypeCodec.WriteLengthPrefixed(ref writer, value!.GetType());
        var text = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), StateCodec.Options);
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeaderExpected(TextField - TypeField, WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)text.Length);
        writer.Write(text);
        writer.WriteEndObject();
    }

    public object? ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.IsReference)
        {
            return ReferenceCodec.ReadReference(ref reader, field.FieldType);
        }

        field.EnsureWireTypeTagDelimited();
        var place = ReferenceCodec.CreateRecordPlaceholder(reader.Session);
        object? value = null;
        Type? type = null;
        var id = 0u;
        for (var header = reader.ReadFieldHeader(); !header.IsEndBaseOrEndObject; header = reader.ReadFieldHeader())
        {
            id += header.FieldIdDelta;
            if (id == TypeField)
            {
                ReferenceCodec.MarkValueField(reader.Session);
                type = reader.Session.TypeCodec.ReadLengthPrefixed(ref reader);
            }
            else if (id == TextField)
            {
                ReferenceCodec.MarkValueField(reader.Session);
                var text = reader.ReadBytes(reader.ReadVarUInt32());
                value = JsonSerializer.Deserialize(text, type ?? throw new RequiredFieldMissingException("A value came without its type."),
                    StateCodec.Options);
            }
            else
            {
                reader.ConsumeUnknownField(header);
            }
        }

        ReferenceCodec.RecordObject(reader.Session, value, place);
        return value;
    }
}
