const int ExitUsage = 2;

await Console.Error.WriteLineAsync(
    "This build has no Aspire; on a machine that can restore its packages run: dotnet run --project Aspire.AppHost -p:Aspire=true");
return ExitUsage;
