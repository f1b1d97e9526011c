namespace Multipath.Protocol.Subflows;

/// <summary>What happened to a sent segment.</summary>
[Flags]
internal enum SentFlags
{
    /// <summary>It is on its way.</summary>
    None = 0,

    /// <summary>It ends with FIN.</summary>
    Fin = 1,

    /// <summary>It was acknowledged selectively.</summary>
    Sacked = 2,

    /// <summary>It is taken for lost and not sent again yet.</summary>
    Lost = 4,

    /// <summary>It was sent more than once.</summary>
    Retransmitted = 8,
}
