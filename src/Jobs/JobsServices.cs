using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs;

/// <summary>Registers this room. The rooms it introduces to each other are registered by the host.</summary>
public static class JobsServices
{
    extension(IServiceCollection services)
    {
        /// <summary>What every role needs: changes of the drive become jobs, and runs of connectors can be started.</summary>
        public IServiceCollection AddScaiDriveJobs(JobsOptions options)
        {
            services.AddSingleton(options);
            services.AddSingleton<IChangeListener, DriveChangesListener>();
            services.AddSingleton<ConnectorRuns>();
            return services;
        }

        /// <summary>What a worker needs besides: one handler per kind, and upkeep.</summary>
        public IServiceCollection AddScaiDriveJobHandlers()
        {
            services.AddSingleton<FileJobs>();
            services.AddSingleton<JobsMetrics>();
            services.AddJobHandler<ExtractText, ExtractTextHandler>();
            services.AddJobHandler<RecognizeText, RecognizeTextHandler>();
            services.AddJobHandler<IndexText, IndexTextHandler>();
            services.AddJobHandler<EmbedText, EmbedTextHandler>();
            services.AddJobHandler<DeleteFromIndex, DeleteFromIndexHandler>();
            services.AddJobHandler<SyncConnector, SyncConnectorHandler>();
            services.AddHostedService<ContentCollection>();
            services.AddHostedService<ConnectorSchedule>();
            return services;
        }
    }
}
