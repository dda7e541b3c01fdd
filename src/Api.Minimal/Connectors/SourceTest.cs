using System.Text.Json;
using ScaiDrive.Api.Minimal.Connectors.Answers;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Opens a source as a run would and looks at its root.</summary>
internal sealed class SourceTest(ConnectorSources sources, TimeProvider time)
{
    private const int ShownEntries = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal async Task<TestAnswer> RunAsync(Connector connector, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var seen = await LookAsync(connector, both.Token);
            return new TestAnswer { Success = true, Message = $"{seen.Server} answers.", Error = null, Seen = seen, DurationMs = Since(began) };
        }
        catch (ConnectorException fault)
        {
            return Failed(fault.Code, fault.Message, SourceHints.For(fault.Code), began);
        }
        catch (SourceEntryException fault)
        {
            return Failed(fault.Fault.Code, $"The root cannot be listed: {fault.Fault.Detail}", ProblemCodes.HintFor(fault.Fault.Code), began);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Failed(ProblemCodes.TimedOut, $"The source did not answer within {Patience.TotalSeconds:0} seconds.", SourceHints.For(ConnectorCodes.SourceOffline), began);
        }
    }

    private async Task<SeenSource> LookAsync(Connector connector, CancellationToken cancellationToken)
    {
        await using var source = await sources.OpenAsync(connector, cancellationToken);
        var root = await source.ProbeAsync(cancellationToken);
        List<SeenEntry> entries = [];
        await foreach (var entry in source.ListAsync("", null, cancellationToken))
        {
            entries.Add(new SeenEntry(
                entry.Name, JsonNamingPolicy.SnakeCaseLower.ConvertName(entry.Kind.ToString()), entry.SizeBytes, DateTimeOffset.UnixEpoch.AddTicks(entry.ModifiedNs / 100)));
            if (entries.Count == ShownEntries)
                break;
        }

        var session = source is ISourceWithSession remote ? await remote.LookAtSessionAsync(cancellationToken) : null;
        return new SeenSource(
            NameOf(connector), root, entries,
            session is null ? null : new SeenSession(session.Protocol, JsonNamingPolicy.SnakeCaseLower.ConvertName(session.Protection.ToString())));
    }

    private static string NameOf(Connector connector)
    {
        string Of(string member) => connector.Settings.TryGetProperty(member, out var value) ? value.ToString() : "";
        return connector.Type == ConnectorTypes.Smb
            ? $"//{Of("server_host")}:{Of("server_port")}/{Of("share_name")}/{Of("base_path")}".TrimEnd('/')
            : Of("root");
    }

    private TestAnswer Failed(string code, string message, string hint, long began) =>
        new() { Success = false, Message = message, Error = new TestError(code, message, hint), Seen = null, DurationMs = Since(began) };

    private long Since(long began) => (long)time.GetElapsedTime(began).TotalMilliseconds;
}

/// <summary>What to do when a whole source cannot be opened.</summary>
internal static class SourceHints
{
    private static readonly Dictionary<string, string> Hints = new(StringComparer.Ordinal)
    {
        [ConnectorCodes.SourceOffline] = "Check that the server runs and can be reached from here: name, port, firewall.",
        [ConnectorCodes.SourceReplaced] = "Check that the source is mounted and complete.",
        [ConnectorCodes.RootNotAllowed] = "Add the folder to SCAIDRIVE_CONNECTOR_ROOTS of every process, or choose one below it.",
        [ConnectorCodes.AuthenticationFailed] = "PATCH the connector with the right username, domain and password.",
        [ConnectorCodes.PasswordExpired] = "Set a new password for the account, then PATCH the connector with it.",
        [ConnectorCodes.ShareNotFound] = "Check share_name and base_path.",
        [ConnectorCodes.AccessDenied] = "Give the account the right to read the share and the folder.",
        [ConnectorCodes.ProtocolRefused] = "Compare min_protocol, max_protocol, signing_required and encryption_required with the server.",
        [ConnectorCodes.SecretUnreadable] = "PATCH the connector with the password, or bring the old SCAIDRIVE_SECRET_KEY back.",
    };

    internal static string For(string code) => Hints.GetValueOrDefault(code, "");
}
