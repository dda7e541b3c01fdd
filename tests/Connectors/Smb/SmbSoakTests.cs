using System.Globalization;
using ScaiDrive.Connectors.Tests.Soak;
using ScaiDrive.Tests.Support.Samba;
using Xunit.Abstractions;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>Both sides of an SMB connector at work, while connections break, children are killed and the server goes away.</summary>
/// <remarks>The long form: <c>SCAIDRIVE_SOAK_OPERATIONS=10000 ./test Connectors -- --filter SmbSoak</c>.</remarks>
public sealed class SmbSoakTests(MirrorFixture fixture, ITestOutputHelper output) : IClassFixture<MirrorFixture>
{
    private static int Operations =>
        int.TryParse(Environment.GetEnvironmentVariable("SCAIDRIVE_SOAK_OPERATIONS"), CultureInfo.InvariantCulture, out var count) ? count : 400;

    [Theory]
    [InlineData(11, ConflictResolution.LastWriterWins)]
    [InlineData(12, ConflictResolution.KeepBoth)]
    public async Task Both_sides_end_the_same_and_no_byte_is_lost(int seed, ConflictResolution resolution)
    {
        // People at the source work on its disk, where names differ in case; so must the server.
        await using var site = await SmbSite.StartAsync(new SambaOptions { Shares = [new SambaShare(SmbSite.Share) { Lines = ["case sensitive = yes"] }] });
        var mirror = await site.MirrorAsync(fixture, TwoWaySoakTests.RulesOf(resolution));
        var faults = new NetworkFaults(site);
        using var soak = new TwoWaySoak(site, mirror, seed, faults);

        await soak.RunAsync(Operations, perPass: Operations < 2_000 ? 20 : 100);

        output.WriteLine(
            $"{soak.Done} operations, {soak.Passes} passes of which {soak.BrokenPasses} were broken off, {faults.Cuts} connections cut, "
            + $"{faults.Kills} children killed, server gone {faults.Outages} times, {soak.Conflicts} conflicts");
    }

    /// <summary>Beside the faults of the worker, one of the network in every second pass.</summary>
    private sealed class NetworkFaults(SmbSite site) : WorkerFaults
    {
        internal int Cuts { get; private set; }

        internal int Kills { get; private set; }

        internal int Outages { get; private set; }

        public override Task ArmAsync(Random random, Mirror mirror)
        {
            var countdown = random.Next(400);
            var kind = random.Next(8);
            site.Proxy.Judge = message =>
            {
                if (kind > 3 || Interlocked.Decrement(ref countdown) != 0)
                    return SmbFate.Pass;
                Break(kind, message.Connection);
                return SmbFate.Cut;
            };
            return base.ArmAsync(random, mirror);
        }

        public override async Task DisarmAsync(Mirror mirror)
        {
            site.Proxy.Judge = _ => SmbFate.Pass;
            if (isOut)
                await site.Samba.StartAsync();
            isOut = false;
            await base.DisarmAsync(mirror);
        }

        private bool isOut;

        private void Break(int kind, int connection)
        {
            switch (kind)
            {
                case 0 or 1:
                    Cuts++;
                    site.Proxy.CutAll();
                    break;
                case 2:
                    Kills += SmbAgents.Kill(site.Proxy.ClientPortOf(connection)) ? 1 : 0;
                    break;
                default:
                    Outages++;
                    isOut = true;
                    site.Samba.StopAsync().GetAwaiter().GetResult();
                    break;
            }
        }
    }
}
