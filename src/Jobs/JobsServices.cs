using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>Registers this room. The rooms it introduces to each other are registered by the host.</summary>
public static class JobsServices
{
    extension(IServiceCollection services)
    {
        /// <summary>What every role needs: changes of the drive become jobs, connectors have their schedules, and their runs can be started.</summary>
        public IServiceCollection AddScaiDriveJobs(JobsOptions options)
        {
            services.AddSingleton(options);
            services.AddSingleton<IChangeListener, DriveChangesListener>();
            services.AddSingleton<ConnectorRuns>();
            services.AddSingleton<ConnectorAdmin>();
            services.AddSingleton<OcrSwitch>();
            services.AddSingleton<ProviderLanes>();
            services.AddSingleton<ProviderRules>();
            services.AddSingleton<ProviderAdmin>();
            services.AddSingleton<IProviderListener, ProviderAudit>();
            services.AddSingleton<ExtractionRedo>();
            services.AddSingleton<PolicyChanges>();
            services.AddSingleton<Reindexing>();
            services.AddSingleton<IndexChecks>();
            services.AddSingleton<FileExplainer>();
            services.AddSingleton<IndexedFileExplainer>();
            services.AddSingleton<AbsentFileExplainer>();
            services.AddSingleton<ConnectorExplainer>();
            services.AddSingleton<IConnectorListener, ConnectorSchedule>();
            return services;
        }

        /// <summary>What a worker needs besides: one handler per kind, and upkeep.</summary>
        public IServiceCollection AddScaiDriveJobHandlers()
        {
            services.AddSingleton<FileJobs>();
            services.AddSingleton<JobsMetrics>();
            services.AddJobHandler<ExtractText, ExtractTextHandler>();
            services.AddJobHandler<RecognizeText, RecognizeTextHandler>();
            services.AddJobHandler<RecognizeSkipped, RecognizeSkippedHandler>();
            services.AddSingleton<FilesUnderRules>();
            services.AddJobHandler<ApplyRules, ApplyRulesHandler>();
            services.AddJobHandler<ApplyRulesToFiles, ApplyRulesToFilesHandler>();
            services.AddJobHandler<SwapVectorSpaces, SwapVectorSpacesHandler>();
            services.AddJobHandler<ReindexFiles, ReindexFilesHandler>();
            services.AddJobHandler<CheckIndex, CheckIndexHandler>();
            services.AddSingleton<IndexMender>();
            services.AddHostedService<DailyIndexChecks>();
            services.AddJobHandler<RedoExtraction, RedoExtractionHandler>();
            services.AddJobHandler<IndexText, IndexTextHandler>();
            services.AddJobHandler<EmbedText, EmbedTextHandler>();
            services.AddJobHandler<DeleteFromIndex, DeleteFromIndexHandler>();
            services.AddJobHandler<SyncConnector, SyncConnectorHandler>();
            services.AddSingleton<ConnectorWatch>();
            services.AddHostedService<ConnectorWatcher>();
            services.AddHostedService<ContentCollection>();
            services.AddHostedService<ConnectorScheduleRepair>();
            services.AddHostedService<ProviderChecks>();
            services.AddSingleton<StrandedFiles>();
            services.AddHostedService(provider => provider.GetRequiredService<StrandedFiles>());
            return services;
        }
    }
}
