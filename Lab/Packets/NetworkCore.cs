namespace Multipath.Lab.Packets;

/// <summary>What all parts of one simulated network share.</summary>
/// <param name="Loop">The virtual clock.</param>
/// <param name="Pool">Where packets come from and go back to.</param>
/// <param name="Trace">What is told of every packet.</param>
internal sealed record NetworkCore(EventLoop Loop, PacketPool Pool, PacketTrace Trace);
