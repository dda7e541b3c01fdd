using System.Globalization;

namespace ScaiDrive.Tests.Weaviate;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var text, ..] || !int.TryParse(text, CultureInfo.InvariantCulture, out var port))
        {
            await Console.Error.WriteLineAsync("Usage: Weaviate.Fake PORT [API-KEY]");
            return 2;
        }

        await using var server = new FakeWeaviate { ApiKey = arguments.ElementAtOrDefault(1) };
        await server.StartAsync(port);
        Console.WriteLine($"Fake Weaviate at {server.Url}; it forgets everything when it ends.");
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
}
