using Microsoft.AspNetCore.Http.HttpResults;
using Multipath.Contracts.Grains;
using Multipath.Policies.Select;
using Multipath.Silo.Hosting;

namespace Multipath.Silo.Http;

/// <summary>The HTTP interface for people and scripts. Errors are problem details (RFC 9457).</summary>
internal static class FleetEndpoints
{
    /// <summary>A policy's text is at most 64 KiB; a little more is read so that the parser says so.</summary>
    private const int LongestPolicy = 96 * 1024;

    public static void MapFleet(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        api.MapGet("/policies", ListPolicies).WithSummary("All policies.");
        api.MapGet("/policies/{name}", GetPolicy).WithSummary("One policy.");
        api.MapPut("/policies", ApplyPolicy).Accepts<string>("application/yaml", "*/*")
            .WithSummary("Checks a policy in YAML and stores it, all or nothing.");
        api.MapDelete("/policies/{name}", DeletePolicy).WithSummary("Deletes a policy; its hosts go on as they are, or by another policy.");
        api.MapGet("/hosts", ListHosts).WithSummary("Hosts, all or those that a label selector selects.");
        api.MapGet("/hosts/{host}", GetHost).WithSummary("One host whole.");
        api.MapPost("/hosts/{host}/resume", Resume).WithSummary("Lets a held host go on: its next plan replaces the one that it runs.");
        api.MapGet("/hosts/{host}/why", Why).WithSummary("Why a host does what it does.");
    }

    private static async Task<Ok<PolicyView[]>> ListPolicies(FleetDesk desk) =>
        TypedResults.Ok((await desk.Snapshot()).Policies.Select(PolicyView.Of).ToArray());

    private static async Task<Results<Ok<PolicyView>, ProblemHttpResult>> GetPolicy(string name, FleetDesk desk) =>
        (await desk.Snapshot()).Policies.FirstOrDefault(policy => policy.Name == name) is { } found
            ? TypedResults.Ok(PolicyView.Of(found))
            : NotFound($"There is no policy \"{name}\".");

    private static async Task<Results<Ok<AppliedView>, Created<AppliedView>, ProblemHttpResult>> ApplyPolicy(
        HttpRequest request, FleetDesk desk, bool dryRun = false, string file = "policy.yaml")
    {
        if (await ReadText(request) is not { } yaml)
        {
            return TypedResults.Problem($"A policy has at most {LongestPolicy} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        var (applied, errors) = await desk.Apply(yaml, file, dryRun);
        if (applied is null)
        {
            return TypedResults.Problem(
                string.Join('\n', errors),
                statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "The policy is refused.",
                extensions: new Dictionary<string, object?> { ["errors"] = errors });
        }

        var view = new AppliedView(applied.Name, applied.Revision, applied.Outcome, dryRun, applied.Hosts);
        return applied.Outcome == ApplyOutcome.Created && !dryRun
            ? TypedResults.Created($"/api/v1/policies/{Uri.EscapeDataString(applied.Name)}", view)
            : TypedResults.Ok(view);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeletePolicy(string name, FleetDesk desk) =>
        await desk.Delete(name) ? TypedResults.NoContent() : NotFound($"There is no policy \"{name}\".");

    private static async Task<Results<Ok<HostView[]>, ProblemHttpResult>> ListHosts(FleetDesk desk, string selector = "")
    {
        var parsed = LabelSelector.Parse(selector);
        return parsed.Value is { } wanted
            ? TypedResults.Ok((await desk.Snapshot()).Hosts.Where(host => wanted.Matches(host.Labels)).Select(HostView.Of).ToArray())
            : TypedResults.Problem(string.Join('\n', parsed.Errors), statusCode: StatusCodes.Status400BadRequest,
                title: "The selector is refused.");
    }

    private static async Task<Results<Ok<HostDetailView>, ProblemHttpResult>> GetHost(string host, FleetDesk desk) =>
        await desk.Describe(host) is { } found ? TypedResults.Ok(HostDetailView.Of(found)) : NotFound(FleetDesk.NeverSaw(host));

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> Why(string host, FleetDesk desk) =>
        await desk.Describe(host) is { } found ? TypedResults.Ok(WhyView.Of(found)) : NotFound(FleetDesk.NeverSaw(host));

    private static async Task<Results<NoContent, ProblemHttpResult>> Resume(string host, FleetDesk desk) => await desk.Resume(host) switch
    {
        ResumeOutcome.Resumed => TypedResults.NoContent(),
        ResumeOutcome.NotHeld => TypedResults.Problem("The host is not held.", statusCode: StatusCodes.Status409Conflict),
        _ => NotFound(FleetDesk.NeverSaw(host)),
    };

    private static ProblemHttpResult NotFound(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound);

    private static async Task<string?> ReadText(HttpRequest request)
    {
        var buffer = new byte[LongestPolicy + 1];
        var length = await request.Body.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        return length > LongestPolicy ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }
}
