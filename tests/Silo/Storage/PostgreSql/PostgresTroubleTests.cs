using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Npgsql;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

/// <summary>What an operator reads when a database cannot be used.</summary>
public sealed class PostgresTroubleTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("nonsense", "The connection string cannot be read: ")]
    [InlineData("Host=a;Prot=5432;Password=secret", "The connection string cannot be read: ")]
    [InlineData("Host=a;Port=many;Password=secret", "The connection string cannot be read: ")]
    [InlineData("Database=fleet;Password=secret", "The connection string names no Host. Expected for example ")]
    [InlineData("", "The connection string names no Host. Expected for example ")]
    public void A_connection_string_that_cannot_be_one_is_refused_without_its_password(string text, string expected)
    {
        var error = Assert.Throws<StoreException>(() => PostgresDatabase.Parse(text));
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_operator_set_is_kept()
    {
        var settings = PostgresDatabase.Parse("Host=db;Timeout=7;Command Timeout=9;Application Name=mine");
        Assert.Equal((7, 9, "mine"), (settings.Timeout, settings.CommandTimeout, settings.ApplicationName));
        settings = PostgresDatabase.Parse("Host=db");
        Assert.Equal((5, 5), (settings.Timeout, settings.CommandTimeout));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_called_so()
    {
        await using var store = new PostgresGrainStorage("Host=127.0.0.1;Port=1;Database=fleet;Username=a;Password=secret");
        var error = await Assert.ThrowsAsync<StoreException>(() => store.Open(default));
        Assert.StartsWith("PostgreSQL at 127.0.0.1:1 cannot be reached (Connection refused). Check that it runs", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_a_missing_role_and_a_missing_database_are_told_apart()
    {
        var good = await postgres.Database();
        Assert.Contains("refuses the password of role postgres", await Opening(good, wrong => wrong.Password = "wrong"),
            StringComparison.Ordinal);
        Assert.Contains("refuses the password of role nobody", await Opening(good, wrong => wrong.Username = "nobody"),
            StringComparison.Ordinal);
        Assert.Contains("has no database absent. Make it: CREATE DATABASE absent.", await Opening(good, wrong => wrong.Database = "absent"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_only_read_is_told_what_it_lacks()
    {
        var owner = await postgres.Database();
        await using (var store = new PostgresGrainStorage(owner))
        {
            await store.Open(default);
        }

        var plain = await PostgresFixture.PlainRole(owner);
        var role = new NpgsqlConnectionStringBuilder(plain).Username;
        await PostgresFixture.Execute(owner, $"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
        Assert.StartsWith($"Role {role} may not read and write table mp_grain_state", await Opening(plain, _ => { }),
            StringComparison.Ordinal);
    }

    private static async Task<string> Opening(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        change(settings);
        await using var store = new PostgresGrainStorage(settings.ToString());
        return (await Assert.ThrowsAsync<StoreException>(() => store.Open(default))).Message;
    }
}
