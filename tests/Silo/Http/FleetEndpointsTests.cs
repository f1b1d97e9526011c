using System.Net;
using System.Text;
using System.Text.Json;
using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Http;

public sealed class FleetEndpointsTests
{
    [Fact]
    public async Task A_policy_is_put_listed_and_deleted()
    {
        await using var silo = await TestSilo.Start();
        Assert.Equal(HttpStatusCode.OK, (await Put(silo, Texts.Policy(), "?dryRun=true")).Status);
        var (status, body) = await Put(silo, Texts.Policy());
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("""{"name":"vans","revision":1,"result":"created","dryRun":false,"hosts":[]}""", body);
        var listed = await Get(silo, "/api/v1/policies");
        Assert.Equal("class=van", listed[0].GetProperty("selector").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await silo.Http.DeleteAsync("/api/v1/policies/vans")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.DeleteAsync("/api/v1/policies/vans")).StatusCode);
    }

    [Fact]
    public async Task A_bad_policy_is_answered_with_problem_details()
    {
        await using var silo = await TestSilo.Start();
        using var content = new StringContent("kind: Policy\nspec: [", Encoding.UTF8, "application/yaml");
        using var answer = await silo.Http.PutAsync("/api/v1/policies?file=a.yaml", content);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.StartsWith("a.yaml:", problem.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_is_shown_and_explained()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        await agent.Ack(await agent.FirstPlan());
        await silo.HostIs(HostStatus.Settled);

        var host = await Get(silo, "/api/v1/hosts/van-1");
        Assert.Equal("settled", host.GetProperty("summary").GetProperty("status").GetString());
        Assert.Equal("2.1", host.GetProperty("summary").GetProperty("running").GetString());
        Assert.Equal("10.1.0.2", host.GetProperty("paths")[0].GetProperty("address").GetString());
        Assert.Equal(1, (await Get(silo, "/api/v1/hosts?selector=class%3Dvan")).GetArrayLength());
        var why = (await Get(silo, "/api/v1/hosts/van-1/why")).GetProperty("classes")[0].GetProperty("paths")[0];
        Assert.Equal(("wlan0/10.1.0.2", "active"), (why.GetProperty("path").GetString(), why.GetProperty("role").GetString()));
        Assert.NotEmpty(why.GetProperty("reason").GetString()!);
    }

    [Fact]
    public async Task What_is_unknown_or_malformed_has_its_status()
    {
        await using var silo = await TestSilo.Start();
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.GetAsync("/api/v1/hosts/nobody")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.GetAsync("/api/v1/policies/none")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await silo.Http.GetAsync("/api/v1/hosts?selector=(")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Put(silo, new string('#', 200_000))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.GetAsync("/api/v2/hosts")).StatusCode);
    }

    [Fact]
    public async Task The_interface_describes_itself()
    {
        await using var silo = await TestSilo.Start();
        var paths = (await Get(silo, "/openapi/v1.json")).GetProperty("paths");
        Assert.Equal(
            [
                "/api/v1/hosts", "/api/v1/hosts/{host}", "/api/v1/hosts/{host}/resume", "/api/v1/hosts/{host}/why", "/api/v1/policies",
                "/api/v1/policies/{name}",
            ],
            paths.EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
    }

    private static async Task<(HttpStatusCode Status, string Body)> Put(TestSilo silo, string yaml, string query = "")
    {
        using var content = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var answer = await silo.Http.PutAsync("/api/v1/policies" + query, content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> Get(TestSilo silo, string path) =>
        JsonDocument.Parse(await silo.Http.GetStringAsync(path)).RootElement;
}
