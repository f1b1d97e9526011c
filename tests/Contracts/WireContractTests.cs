using Google.Protobuf.Reflection;
using Multipath.Contracts.Wire;
using Multipath.Contracts.Wire.Health;

namespace Multipath.Contracts.Tests;

public sealed class WireContractTests
{
    [Fact]
    public void The_wire_contract_is_append_only() =>
        GoldenFile.Matches("Wire.golden.txt",
            new[] { AgentReflection.Descriptor, FleetReflection.Descriptor, HealthReflection.Descriptor }.SelectMany(Lines));

    private static IEnumerable<string> Lines(FileDescriptor file) =>
        file.MessageTypes.SelectMany(Lines)
            .Concat(file.EnumTypes.SelectMany(Lines))
            .Concat(file.Services.SelectMany(service => service.Methods.Select(method =>
                $"{service.FullName}/{method.Name}: {Stream(method.IsClientStreaming)}{method.InputType.FullName} "
                    + $"-> {Stream(method.IsServerStreaming)}{method.OutputType.FullName}")));

    private static IEnumerable<string> Lines(MessageDescriptor message) =>
        message.Fields.InFieldNumberOrder().Select(field => $"{message.FullName} {field.FieldNumber} = {Shape(field)} {field.Name}")
            .Concat(message.NestedTypes.Where(nested => nested.GetOptions()?.MapEntry != true).SelectMany(Lines))
            .Concat(message.EnumTypes.SelectMany(Lines));

    private static IEnumerable<string> Lines(EnumDescriptor kind) =>
        kind.Values.Select(value => $"{kind.FullName} {value.Number} = {value.Name}");

    private static string Shape(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var entry = field.MessageType.Fields;
            return $"map<{Type(entry[1])}, {Type(entry[2])}>";
        }

        return (field.IsRepeated ? "repeated "
            : field.RealContainingOneof is null && field.HasPresence && field.FieldType != FieldType.Message ? "optional " : "")
            + Type(field);
    }

    private static string Type(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
#pragma warning disable CA1308 // The names of the language are in lower case.
        var type => type.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
    };

    private static string Stream(bool streaming) => streaming ? "stream " : "";
}
