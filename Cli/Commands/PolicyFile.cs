using System.Security;

namespace Multipath.Cli.Commands;

/// <summary>A policy's text from a file, or from standard input.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Text">What it says.</param>
internal sealed record PolicyFile(string Name, string Text)
{
    /// <summary>More than any policy; a wrong file is refused before it is read whole.</summary>
    private const int LongestBytes = 1 << 20;

    /// <summary>Reads <paramref name="path"/>, or <paramref name="input"/> when it is <c>-</c>.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static PolicyFile Read(string path, TextReader input)
    {
        try
        {
            return path == "-" ? new PolicyFile("stdin", input.ReadToEnd())
                : Directory.Exists(path) ? throw new CommandException($"{path} is a folder", "Name each policy's file with its own -f.")
                : new FileInfo(path) is { Exists: true, Length: > LongestBytes }
                    ? throw new CommandException($"{path} is too long for a policy")
                : new PolicyFile(path, File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SecurityException or ArgumentException)
        {
            throw exception is FileNotFoundException or DirectoryNotFoundException
                ? new CommandException($"cannot read {path}: there is no such file", "Look at the name; '-' reads standard input.")
                : new CommandException($"cannot read {path}: {exception.Message}");
        }
    }
}
