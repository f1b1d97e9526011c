using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Trace;

/// <summary>Says what the MPTCP options of a segment say.</summary>
internal static class MptcpPrinter
{
    /// <summary>A phrase for each option.</summary>
    public static IEnumerable<string> Describe(MptcpOptions options)
    {
        if (options.Has(MptcpKinds.Capable))
        {
            yield return Describe(in options.Capable);
        }

        if (options.Has(MptcpKinds.Join))
        {
            yield return Describe(in options.Join);
        }

        if (options.Has(MptcpKinds.Dss))
        {
            yield return Describe(in options.Dss);
        }

        if (options.Has(MptcpKinds.AddAddr))
        {
            yield return Describe(in options.AddAddr);
        }

        if (options.Has(MptcpKinds.RemoveAddr))
        {
            yield return Describe(in options.RemoveAddr);
        }

        if (options.Has(MptcpKinds.Prio))
        {
            yield return $"prio{Backup(options.Prio.Backup)}";
        }

        if (options.Has(MptcpKinds.Fail))
        {
            yield return $"fail {options.Fail.Dsn}";
        }

        if (options.Has(MptcpKinds.FastClose))
        {
            yield return $"fastclose {options.FastClose.ReceiverKey:x16}";
        }

        if (options.Has(MptcpKinds.Reset))
        {
            yield return $"reset {options.Reset.Reason}{When((options.Reset.Flags & ResetFlags.Transient) != 0, " transient")}";
        }
    }

    private static string Describe(in MpCapable capable) =>
        $"capable v{capable.Version}"
        + When((capable.Flags & CapableFlags.ChecksumRequired) != 0, " csum")
        + When((capable.Flags & CapableFlags.NoJoinToSource) != 0, " nojoin")
        + When(capable.Form >= CapableForm.SynAck, $" key {capable.SenderKey:x16}")
        + When(capable.Form >= CapableForm.Ack, $" {capable.ReceiverKey:x16}")
        + When(capable.Form >= CapableForm.Data, $" len {capable.DataLength}")
        + When(capable.Form >= CapableForm.DataWithChecksum, $" csum {capable.Checksum:x4}");

    private static string Describe(in MpJoin join) => join.Form switch
    {
        JoinForm.Syn => $"join{Backup(join.Backup)} id {join.AddressId} token {join.Token:x8} nonce {join.Nonce:x8}",
        JoinForm.SynAck => $"join{Backup(join.Backup)} id {join.AddressId} hmac {join.ShortHmac:x16} nonce {join.Nonce:x8}",
        _ => $"join hmac {join.Hmac.First:x16}{join.Hmac.Second:x16}{join.Hmac.Third:x8}",
    };

    private static string Describe(in Dss dss) =>
        "dss"
        + When(dss.HasAck, $" ack {dss.RawAck}")
        + When(dss.HasMap, $" map {dss.RawDsn} subflow {dss.SubflowSeq} len {dss.DataLength}")
        + When(dss.HasChecksum, $" csum {dss.Checksum:x4}")
        + When(dss.IsDataFin, " fin");

    private static string Describe(in AddAddr announced) =>
        $"add-addr{When(announced.Echo, " echo")} id {announced.AddressId} {announced.Address}"
        + When(announced.Port != 0, $" port {announced.Port}");

    private static string Describe(in RemoveAddr removed)
    {
        var text = "remove-addr";
        for (var i = 0; i < removed.Count; i++)
        {
            text += $" {removed[i]}";
        }

        return text;
    }

    private static string Backup(bool backup) => When(backup, " backup");

    private static string When(bool condition, string text) => condition ? text : "";
}
