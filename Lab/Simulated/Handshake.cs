using Multipath.Agent.Interop;

namespace Multipath.Lab.Simulated;

/// <summary>Establishes a subflow: three packets, sent again as Linux does after 1, 3 and 7 seconds.</summary>
internal sealed class Handshake(Agenda agenda, SubflowEnd client, SubflowEnd server)
{
    private const int TryLimit = 4;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    private int _answers;

    /// <summary>Sends the first packet.</summary>
    internal void Begin() => Try(number: 0);

    private void Try(int number)
    {
        if (client.Phase is not SubflowPhase.Connecting)
        {
            return;
        }

        if (number == TryLimit)
        {
            client.Close(Errno.TimedOut, tellPeer: false);
            return;
        }

        var sentNs = agenda.NowNs;
        client.Tell(_ => Answer(sentNs));
        agenda.After(FirstWait * (1 << number), () => Try(number + 1));
    }

    private void Answer(long askedNs)
    {
        if (server.Phase is not SubflowPhase.Connecting || _answers++ == TryLimit)
        {
            return;
        }

        var sentNs = agenda.NowNs;
        server.Tell(_ => HandleAnswer(askedNs, sentNs));
        agenda.After(FirstWait, () => Answer(askedNs));
    }

    private void HandleAnswer(long askedNs, long answeredNs)
    {
        client.Establish(agenda.NowNs - askedNs);
        if (client.Phase is SubflowPhase.Established)
        {
            client.Tell(_ => server.Establish(agenda.NowNs - answeredNs));
        }
    }
}
