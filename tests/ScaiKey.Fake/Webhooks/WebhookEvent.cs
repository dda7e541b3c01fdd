using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Tests.ScaiKey.Webhooks;

/// <summary>Something that happened at the provider, as a delivery tells it.</summary>
/// <param name="Type">Such as <c>user.updated</c>.</param>
/// <param name="ResourceType"><c>user</c> or <c>group</c>.</param>
/// <param name="ResourceId">Which one.</param>
/// <param name="TenantId">Whose.</param>
/// <param name="Details">The body's <c>data</c>.</param>
public sealed record WebhookEvent(string Type, string ResourceType, string ResourceId, string TenantId, JsonObject Details)
{
    /// <summary><c>evt_…</c>; the same in every delivery of one event.</summary>
    public string Id { get; init; } = $"evt_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(13))}";

    /// <summary><c>prt_…</c>.</summary>
    public string? PartnerId { get; init; }

    /// <summary><c>user.created</c>, <c>user.updated</c> or <c>user.deleted</c>, with the user as they are now.</summary>
    public static WebhookEvent Of(string type, FakeUser user) => new(type, "user", user.Id, user.TenantId, new JsonObject
    {
        ["id"] = user.Id,
        ["email"] = user.Email,
        ["first_name"] = user.Name.Split(' ')[0],
        ["last_name"] = user.Name.Split(' ')[^1],
        ["status"] = user.Status,
        ["tenant"] = user.TenantId,
    })
    {
        PartnerId = user.PartnerId,
    };

    /// <summary><c>group.created</c>, <c>group.updated</c> or <c>group.deleted</c>.</summary>
    public static WebhookEvent OfGroup(string type, string groupId, string tenantId, string name, params string[] members) => new(type, "group", groupId, tenantId, new JsonObject
    {
        ["id"] = groupId,
        ["name"] = name,
        ["members"] = new JsonArray([.. members.Select(member => (JsonNode)member)]),
    });

    internal byte[] Body(DateTimeOffset at) => System.Text.Encoding.UTF8.GetBytes(new JsonObject
    {
        ["event_id"] = Id,
        ["event_type"] = Type,
        ["timestamp"] = at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        ["resource"] = new JsonObject { ["type"] = ResourceType, ["id"] = ResourceId },
        ["actor"] = new JsonObject { ["id"] = "usr_demo_directory", ["type"] = "admin" },
        ["data"] = Details.DeepClone(),
        ["tenant_id"] = TenantId,
        ["partner_id"] = PartnerId,
    }.ToJsonString());
}
