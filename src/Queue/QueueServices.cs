using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Running;
using ScaiDrive.Queue.Scheduling;
using ScaiDrive.Queue.Upkeep;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Registers the queue. An <see cref="Database"/> must be registered besides.</summary>
public static class QueueServices
{
    extension(IServiceCollection services)
    {
        /// <summary>What producers, readers and operators need: <see cref="JobQueue"/>, <see cref="QueueReader"/>,
        /// <see cref="JobExplainer"/>, <see cref="JobControl"/>, <see cref="QueueRules"/>, <see cref="Schedules"/> and
        /// <see cref="TallyAuditor"/>.</summary>
        public IServiceCollection AddJobQueue()
        {
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<JobQueue>();
            services.TryAddSingleton<QueueReader>();
            services.TryAddSingleton<JobControl>();
            services.TryAddSingleton<JobExplainer>();
            services.TryAddSingleton<QueueRules>();
            services.TryAddSingleton<TallyAuditor>();
            services.AddSchedules();
            return services;
        }

        /// <summary>Lets the workers of this process do jobs of one kind. The handler is made anew for each attempt.</summary>
        public IServiceCollection AddJobHandler<TArgs, THandler>()
            where TArgs : IJobArgs
            where THandler : class, IJobHandler<TArgs>
        {
            services.TryAddScoped<THandler>();
            services.AddSingleton(JobHandlerRegistration.Create<TArgs, THandler>());
            return services;
        }

        /// <summary>Runs one <see cref="JobWorker"/> and one <see cref="ScheduleRunner"/> with the host.</summary>
        /// <remarks>Creating it throws <see cref="System.ComponentModel.DataAnnotations.ValidationException"/> for options
        /// out of their range, and <see cref="InvalidOperationException"/> when a kind has two handlers.</remarks>
        public IServiceCollection AddJobWorker(QueueOptions options) => services.AddJobWorker(_ => options);

        /// <summary>As the other overload, with options that come from other services.</summary>
        public IServiceCollection AddJobWorker(Func<IServiceProvider, QueueOptions> options)
        {
            services.AddJobQueue();
            services.TryAddSingleton<NotificationListener>();
            services.TryAddSingleton<JobHandlers>();
            services.TryAddSingleton(provider => new JobWorker(
                provider.GetRequiredService<Database>(),
                provider.GetRequiredService<JobHandlers>(),
                provider.GetRequiredService<IServiceScopeFactory>(),
                options(provider),
                provider.GetRequiredService<NotificationListener>(),
                provider.GetRequiredService<TallyAuditor>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<JobWorker>>()));
            services.AddHostedService(provider => provider.GetRequiredService<JobWorker>());
            services.AddScheduleRunner();
            return services;
        }
    }
}
