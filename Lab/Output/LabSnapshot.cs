namespace Multipath.Lab.Output;

/// <summary>The state of a run at one moment, as the live view draws it.</summary>
/// <param name="At">Since the traffic began.</param>
/// <param name="Plan">The plan that should run: policy and version.</param>
/// <param name="Status">Whether it does.</param>
/// <param name="Paths">The client's paths.</param>
/// <param name="Subflows">The subflows of the client's connections.</param>
/// <param name="MbitPerSecond">What the receiver got in the last second.</param>
internal sealed record LabSnapshot(
    TimeSpan At,
    string Plan,
    string Status,
    IReadOnlyList<PathRow> Paths,
    IReadOnlyList<SubflowRow> Subflows,
    double MbitPerSecond);

/// <summary>A path in the live view.</summary>
/// <param name="Name">Interface and address.</param>
/// <param name="State">Up, link down or silent.</param>
/// <param name="Rtt">Round-trip time, or a dash.</param>
/// <param name="Loss">Loss, or a dash.</param>
/// <param name="Role">The plan's role.</param>
/// <param name="Reason">The plan's reason.</param>
internal sealed record PathRow(string Name, string State, string Rtt, string Loss, string Role, string Reason);

/// <summary>A subflow in the live view.</summary>
/// <param name="Local">Local endpoint.</param>
/// <param name="Remote">The peer's endpoint.</param>
/// <param name="Role">Active, backup, or joining.</param>
/// <param name="Sent">Bytes sent, with unit.</param>
/// <param name="Rtt">Round-trip time, with unit.</param>
internal sealed record SubflowRow(string Local, string Remote, string Role, string Sent, string Rtt);
