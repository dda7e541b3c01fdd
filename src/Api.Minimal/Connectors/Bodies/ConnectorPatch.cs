using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>Some fields of a connector: a value replaces the present one, null takes it away, and what is left out stays. Of <c>settings</c> each member
/// for itself; patterns are replaced as a whole.</summary>
internal sealed class ConnectorPatch(JsonObject change)
{
    private static readonly string[] Secrets = ["password", "keytab"];
    private static readonly string[] Addresses = ["server_host", "server_port"];

    private bool HasSecret => Secrets.Any(change.ContainsKey);

    /// <summary>What is wrong with it for this connector, by field.</summary>
    internal IReadOnlyList<FieldFault> Faults(Connector present)
    {
        if (change.TryGetPropertyValue("target_share_id", out var share) && share?.ToString() != present.TargetShareId)
            return [new(["body", "target_share_id"], "target_share_id cannot be changed. Set up another connector for another share.", "value_error")];
        try
        {
            var wanted = Join(present);
            var faults = wanted.Faults().ToList();
            // A kept password goes to the server it was given for, and to no other.
            if (faults.Count == 0 && present.HasSecret && !HasSecret && Addresses.FirstOrDefault(member => Differs(present, wanted, member)) is { } address)
                faults.Add(new(["body", address], "Another server needs its password: give password (or keytab) in the same request.", "value_error"));
            return faults;
        }
        catch (JsonException fault)
        {
            string[] field = fault.Path?.TrimStart('$').Split('.', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return [fault.Message.Contains("could not be mapped", StringComparison.Ordinal)
                ? new FieldFault(["body", .. field], "There is no such member here.", "unknown")
                : new FieldFault(["body", .. field], "The value has the wrong type.", "type_error")];
        }
    }

    /// <summary>The connector as it shall be; <see cref="Faults"/> found none.</summary>
    internal ConnectorChange ApplyTo(Connector present)
    {
        var wanted = Join(present);
        return new ConnectorChange(wanted.ApplyTo(present), [.. change.Select(member => member.Key)]) { HasSecret = HasSecret, Secret = wanted.Secret };
    }

    private static bool Differs(Connector present, ConnectorBody wanted, string member) =>
        present.Settings.TryGetProperty(member, out var before) && wanted.ToSettings().TryGetProperty(member, out var after) && before.GetRawText() != after.GetRawText();

    private ConnectorBody Join(Connector present)
    {
        var body = ConnectorBody.From(present);
        var joined = (JsonObject)JsonSerializer.SerializeToNode(body, body.GetType(), ApiJson.Options)!;
        foreach (var (name, value) in change)
        {
            if (name == "settings" && value is JsonObject members && joined[name] is JsonObject settings)
            {
                foreach (var (member, one) in members)
                    settings[member] = one?.DeepClone();
            }
            else
            {
                joined[name] = value?.DeepClone();
            }
        }

        return (ConnectorBody)joined.Deserialize(body.GetType(), ApiJson.Options)!;
    }
}
