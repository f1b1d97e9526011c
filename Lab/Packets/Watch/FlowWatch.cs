using Multipath.Lab.Packets.Middleboxes;

namespace Multipath.Lab.Packets.Watch;

/// <summary>One subflow, seen from one node: what either end has promised to the other.</summary>
internal sealed class FlowWatch
{
    /// <summary>A probe of a closed window may carry a byte that lies beyond it (RFC 9293 section 3.8.6.1).</summary>
    private const int ProbeBytes = 1;

    private readonly RightEdge _peers = new();
    private readonly RightEdge _own = new();
    private int? _ownScale;
    private int? _peerScale;
    private uint _initialSequence;

    /// <summary>A segment came in.</summary>
    internal void HandleReceived(in TcpFrame frame, DataWatch data)
    {
        if (frame.Has(TcpFrame.Syn))
        {
            _peerScale = ScaleOf(frame);
        }

        if (!frame.Has(TcpFrame.Ack) || frame.Has(TcpFrame.Rst))
        {
            return;
        }

        var window = WindowOf(frame, _peerScale);
        _peers.Extend(frame.Acknowledgement + window);
        if (DssView.TryRead(frame, out var dss) && dss.HasAck)
        {
            data.SeeDss();
            data.Peers.Extend(dss.Ack + window);
        }
    }

    /// <summary>A segment goes out.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    internal string? HandleSent(in TcpFrame frame, DataWatch data)
    {
        if (frame.Has(TcpFrame.Syn))
        {
            _ownScale = ScaleOf(frame);
            _initialSequence = frame.Sequence;
            return null;
        }

        if (frame.Has(TcpFrame.Rst))
        {
            return null;
        }

        var hasDss = DssView.TryRead(frame, out var dss);
        if (hasDss)
        {
            data.SeeDss();
        }

        return CheckPromise(frame, hasDss && dss.HasAck ? dss : null, data) ?? CheckWindow(frame, hasDss && dss.HasMap ? dss : null, data);
    }

    // An edge may come back by what the scale cannot express (RFC 7323 section 2.4).
    private string? CheckPromise(in TcpFrame frame, DssView? dss, DataWatch data)
    {
        var window = WindowOf(frame, _ownScale);
        var granule = 1 << ScaleInUse(_ownScale);
        if (dss is { } ack)
        {
            var edge = ack.Ack + window;
            var shrunk = data.Own.IsKnown ? -data.Own.Beyond(edge) : 0;
            data.Own.Extend(edge);
            return shrunk >= granule ? $"the data window shrank by {shrunk} bytes" : null;
        }

        if (!data.IsMultipath)
        {
            var edge = frame.Acknowledgement + window;
            var shrunk = _own.IsKnown ? -_own.Beyond(edge) : 0;
            _own.Extend(edge);
            return shrunk >= granule ? $"the window shrank by {shrunk} bytes" : null;
        }

        return null;
    }

    private string? CheckWindow(in TcpFrame frame, DssView? dss, DataWatch data)
    {
        var length = frame.Payload.Length;
        if (length == 0)
        {
            return null;
        }

        if (_peers.IsKnown && _peers.Beyond(frame.Sequence + (uint)length) is var beyond and > ProbeBytes)
        {
            return $"sent {beyond} bytes beyond the subflow's window, {length} bytes at {frame.Sequence - _initialSequence}";
        }

        if (dss is { Length: > 0 } map && data.Peers.IsKnown)
        {
            var end = map.Dsn + (frame.Sequence - _initialSequence - map.Ssn) + (uint)length;
            if (data.Peers.Beyond(end) is var past and > ProbeBytes)
            {
                return $"sent {past} bytes beyond the data window, {length} bytes at {frame.Sequence - _initialSequence} of {map}";
            }
        }

        return null;
    }

    private uint WindowOf(in TcpFrame frame, int? scale) => (uint)frame.Window << (frame.Has(TcpFrame.Syn) ? 0 : ScaleInUse(scale));

    // Scaling is on only when both ends offered it (RFC 7323 section 2.2).
    private int ScaleInUse(int? scale) => _ownScale is null || _peerScale is null ? 0 : scale ?? 0;

    private static int? ScaleOf(in TcpFrame frame)
    {
        var options = new TcpOptionList(frame.Options);
        while (options.MoveNext())
        {
            if (options.Kind == TcpOptionList.WindowScale && options.Current.Length == 3)
            {
                return Math.Min((int)options.Current[2], 14);
            }
        }

        return null;
    }
}
