using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Folder;
using ScaiDrive.Connectors.Overview;
using ScaiDrive.Connectors.Smb;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync;

namespace ScaiDrive.Connectors;

/// <summary>Registers this room.</summary>
public static class ConnectorsServices
{
    /// <summary>Adds <see cref="ConnectorStore"/> and <see cref="ConnectorSync"/>. The host provides the data source and Drive.</summary>
    public static IServiceCollection AddConnectors(this IServiceCollection services, ConnectorOptions options)
    {
        services.AddSingleton(Options.Create(options));
        services.AddSingleton<ConnectorStore>();
        services.AddSingleton<IConnectorType, FolderConnectorType>();
        services.AddSingleton<IConnectorType, SmbConnectorType>();
        services.AddSingleton<ConnectorSecrets>();
        services.AddSingleton<ConnectorSources>();
        services.AddSingleton<ConflictStore>();
        services.AddSingleton<RunLog>();
        services.AddSingleton<IdentityMappings>();
        services.AddSingleton<PermissionSweeps>();
        services.AddSingleton<ConnectorSync>();
        services.AddSingleton<ConnectorOverview>();
        return services;
    }
}
