using System.Globalization;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Tests.ScaiKey;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var text] || !int.TryParse(text, CultureInfo.InvariantCulture, out var port))
        {
            await Console.Error.WriteLineAsync("Usage: ScaiKey.Fake PORT (0 takes a free one)");
            return 2;
        }

        await using var fake = await ScaiKeyFake.StartAsync(port);
        await Console.Out.WriteLineAsync(Welcome(fake));
        await Console.Out.WriteLineAsync(); // who started it reads up to here
        await Console.Out.FlushAsync();
        var stopped = new TaskCompletionSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stopped.TrySetResult();
        };
        using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                stopped.TrySetResult();
            });
        await stopped.Task;
        return 0;
    }

    private static string Welcome(ScaiKeyFake fake) => $"""
        Demo identity provider at {fake.Url.AbsoluteUri.TrimEnd('/')} (no passwords, this machine alone, everything forgotten at the end). Who can sign in:
        {string.Join('\n', fake.Users.All.Select(user => $"  {user.Name,-14} {user.Id,-15} {user.TenantId,-16} {user.About}"))}
        A token for curl: TOKEN=$(curl -s -d user={DemoUsers.Ada.Id} {fake.Issuer}/demo/token)
        """;
}
