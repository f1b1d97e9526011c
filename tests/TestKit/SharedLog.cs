using System.Text;

namespace Multipath.TestKit;

/// <summary>What others write while a test reads it.</summary>
public sealed class SharedLog
{
    private readonly StringBuilder _text = new();

    public SharedLog() => Writer = TextWriter.Synchronized(new StringWriter(_text));

    /// <summary>For those who write; it writes under a lock on itself.</summary>
    public TextWriter Writer { get; }

    /// <summary>All that was written so far.</summary>
    public string Text
    {
        get
        {
            lock (Writer)
            {
                return _text.ToString();
            }
        }
    }
}
