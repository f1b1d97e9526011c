namespace Multipath.Protocol.Subflows;

/// <summary>What the parts of a subflow share (the transmission control block, RFC 9293 section 3.3.1).</summary>
internal sealed class ControlBlock
{
    public ControlBlock(SubflowStart start)
    {
        Options = start.Options;
        Rtt = new Rtt(Options.InitialTimeout, Options.MinTimeout, Options.MaxTimeout);
        Sizes = new SegmentSizes(start.Mtu, start.IsV4);
        MtuProbe = new MtuProbe(Sizes);
        Timestamps = new Timestamps(start.TimestampOffset);
    }

    public SubflowOptions Options { get; }

    public Timers Timers { get; } = new();

    public Rtt Rtt { get; }

    public SegmentSizes Sizes { get; }

    public MtuProbe MtuProbe { get; }

    public Timestamps Timestamps { get; }

    public SubflowState State { get; set; }

    public SubflowEnd End { get; private set; }

    /// <summary>Whether both ends agreed on selective acknowledgments.</summary>
    public bool SelectiveAcks { get; set; }

    /// <summary>The shift of the windows that we advertise, once both ends agreed on one.</summary>
    public byte ReceiveShift { get; set; }

    /// <summary>Whether the handshake is past and the state is not Closed.</summary>
    public bool IsSynchronized => State >= SubflowState.Established;

    /// <summary>Whether data may still be sent.</summary>
    public bool MaySend => State is SubflowState.Established or SubflowState.CloseWait;

    /// <summary>Ends the subflow: nothing is timed any more.</summary>
    public void Finish(SubflowEnd end)
    {
        State = SubflowState.Closed;
        End = end;
        Timers.StopAll();
    }
}
