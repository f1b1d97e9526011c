using Multipath.Agent.LastPlan;
using Multipath.Agent.Tests.Mapping;

namespace Multipath.Agent.Tests.LastPlan;

public sealed class LastPlanStoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("last-plan-");
    private readonly LastPlanStore _store;

    public LastPlanStoreTests() => _store = new LastPlanStore(Path.Combine(_directory.FullName, "state"));

    [Fact]
    public void Nothing_kept_is_no_plan_and_no_warning() => Assert.Equal((null, null), _store.Load());

    [Fact]
    public void What_was_kept_last_is_loaded()
    {
        Assert.Null(_store.Save(new KeptPlan(PlanReaderTests.Example(1, 1), "old")));
        var kept = new KeptPlan(PlanReaderTests.Example(1, 2), "apiVersion: multipath/v1");
        Assert.Null(_store.Save(kept));
        Assert.Equal((kept, null), _store.Load());
        Assert.Equal(["last-plan"], Directory.GetFiles(Path.GetDirectoryName(_store.FileName)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_cut_short_is_a_warning_and_no_plan()
    {
        _store.Save(new KeptPlan(PlanReaderTests.Example(), ""));
        File.WriteAllBytes(_store.FileName, File.ReadAllBytes(_store.FileName)[..^1]);
        Warned("it is cut short or too long");
    }

    [Fact]
    public void A_flipped_bit_is_a_warning_and_no_plan()
    {
        _store.Save(new KeptPlan(PlanReaderTests.Example(), ""));
        var bytes = File.ReadAllBytes(_store.FileName);
        bytes[^5] ^= 4;
        File.WriteAllBytes(_store.FileName, bytes);
        Warned("its checksum is wrong");
    }

    [Fact]
    public void A_form_of_a_later_agent_is_a_warning_and_no_plan()
    {
        _store.Save(new KeptPlan(PlanReaderTests.Example(), ""));
        var bytes = File.ReadAllBytes(_store.FileName);
        bytes[4] = 2;
        File.WriteAllBytes(_store.FileName, bytes);
        Warned("its form is 2, this agent reads 1");
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_said()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "file"), "");
        var store = new LastPlanStore(Path.Combine(_directory.FullName, "file"));
        var error = store.Save(new KeptPlan(PlanReaderTests.Example(), ""));
        Assert.StartsWith($"cannot keep the plan in {store.FileName}: ", error, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private void Warned(string why) => Assert.Equal((null, $"the last plan in {_store.FileName} is not used: {why}"), _store.Load());
}
