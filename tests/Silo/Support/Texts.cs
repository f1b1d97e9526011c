namespace Multipath.Silo.Tests.Support;

/// <summary>Policies that the tests apply.</summary>
internal static class Texts
{
    public static string Policy(string name = "vans", string hosts = "class=van", int priority = 100, int wifi = 1, int lte = 2) => $"""
        apiVersion: multipath/v1
        kind: Policy
        metadata:
          name: {name}
        spec:
          priority: {priority}
          hosts: {hosts}
          paths:
          - name: wifi
            match:
              interface: "wl*"
            preference: {wifi}
          - name: lte
            match:
              interface: "wwan*"
            preference: {lte}
          traffic:
          - name: default
            objective: handover
        """;
}
