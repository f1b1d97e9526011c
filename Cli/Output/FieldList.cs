namespace Multipath.Cli.Output;

/// <summary>Names and values, one a line.</summary>
internal sealed class FieldList(TextWriter output)
{
    private const int NameWidth = 14;

    public void Write(string name, string value) => output.WriteLine($"{(name + ":").PadRight(NameWidth)}{SafeText.Line(value)}");
}
