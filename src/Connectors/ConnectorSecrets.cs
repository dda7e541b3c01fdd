using System.Security.Cryptography;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors;

/// <summary>Passwords and keys of connectors: written by people, read only to open a source.</summary>
public sealed class ConnectorSecrets(Database dataSource, SecretProtector protector)
{
    internal string Protect(string tenantId, string connectorId, string secret) => protector.Protect(secret, Context(tenantId, connectorId));

    internal async Task<string?> ReadAsync(string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.ReadSecret, tenantId, connectorId);
        if (await command.ExecuteScalarAsync(cancellationToken) is not string kept)
            return null;
        try
        {
            return protector.Unprotect(kept, Context(tenantId, connectorId));
        }
        catch (CryptographicException fault)
        {
            throw new ConnectorException(
                ConnectorCodes.SecretUnreadable, $"The stored password cannot be read: {fault.Message} Or give it anew with PATCH.", fault);
        }
    }

    private static string Context(string tenantId, string connectorId) => $"connector:{tenantId}:{connectorId}";
}
