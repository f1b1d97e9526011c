using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Tcp;

/// <summary>Options as hexadecimal text.</summary>
internal static class OptionBytes
{
    public static TcpOptions Read(string hex)
    {
        var options = default(TcpOptions);
        options.Read(Convert.FromHexString(hex));
        return options;
    }

    /// <summary>The options without their padding.</summary>
    public static string Write(in TcpOptions options)
    {
        var bytes = new byte[TcpOptions.MaxLength];
        var length = options.Write(bytes);
        Assert.Equal(options.Length, length);
        var padding = bytes.AsSpan().IndexOfAnyExcept((byte)1);
        Assert.InRange(padding, 0, 3);
        return Convert.ToHexStringLower(bytes.AsSpan(padding, length - padding));
    }

    /// <summary>An option of a subtype and a length, its other bytes zero.</summary>
    public static byte[] Zeros(int subtype, int length)
    {
        var bytes = new byte[length];
        bytes[0] = 30;
        bytes[1] = (byte)length;
        bytes[2] = (byte)(subtype << 4);
        return bytes;
    }
}
