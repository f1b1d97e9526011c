namespace Multipath.Lab.Packets;

/// <summary>A simulated run broke a rule that no packet may make it break: a bound, a window, or that it ends.</summary>
internal sealed class SimulationFaultException(string message) : Exception(message);
