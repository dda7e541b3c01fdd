using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Queue.Tests.Snippets;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Queue.Tests;

/// <summary>What the page about handlers shows is compiled, and does what the page says.</summary>
public sealed class HandlerGuideTests
{
    [Fact]
    public void The_page_shows_the_code_that_is_compiled()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "handlers.md"));
        var code = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "tests", "Queue", "Snippets", "ChargeInvoice.cs"));
        Assert.Contains("```csharp\n" + code[code.IndexOf("/// <summary>", StringComparison.Ordinal)..] + "```", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_handler_of_the_page_charges_once_and_waits_when_it_is_told_to()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.ExecuteAsync("CREATE TABLE receipt (invoice text, number text)");
        var bank = new Bank();
        bank.Faults.Enqueue(new BankIsBusyException(TimeSpan.FromMilliseconds(50)));
        bank.Faults.Enqueue(new InvalidOperationException("the line was cut"));
        await using var services = new ServiceCollection()
            .AddSingleton(queue.DataSource)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(bank)
            .AddJobHandler<ChargeInvoice, ChargeInvoiceHandler>()
            .AddJobWorker(QueueUnderTest.FastHeartbeat with { RetryBase = TimeSpan.FromMilliseconds(1), PollInterval = TimeSpan.FromMilliseconds(20) })
            .BuildServiceProvider();
        var worker = services.GetRequiredService<JobWorker>();
        await worker.StartAsync(default);

        var options = new JobOptions { TenantId = QueueUnderTest.Tenant, LimitKey = "bank" };
        var id = await queue.InTransactionAsync(tx => queue.Jobs.EnqueueAsync(tx, new ChargeInvoice("inv_1", 1200), options, default));
        await QueueUnderTest.UntilAsync(async () => (await queue.FindAsync(id)).State == JobStates.Completed);
        await worker.StopAsync(default);

        Assert.Equal(["inv_1 receipt of 1200"], await queue.ColumnAsync("SELECT invoice || ' ' || number FROM receipt"));
        Assert.Equal((1, 2), (bank.Charges, (await queue.FindAsync(id)).Attempt));
        Assert.Equal(["key:bank The bank asked to wait."], await queue.ColumnAsync("SELECT key || ' ' || throttle_reason FROM queue.rule"));
    }
}
