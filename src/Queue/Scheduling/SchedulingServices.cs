using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>Registers schedules, as part of the queue.</summary>
internal static class SchedulingServices
{
    extension(IServiceCollection services)
    {
        /// <summary>What sets schedules up and shows them.</summary>
        internal void AddSchedules() => services.TryAddSingleton<Schedules>();

        /// <summary>What fires them, beside a worker.</summary>
        internal void AddScheduleRunner()
        {
            services.TryAddSingleton<NotificationListener>();
            services.TryAddSingleton(provider => new ScheduleRunner(
                provider.GetRequiredService<Database>(),
                provider.GetRequiredService<JobQueue>(),
                provider.GetRequiredService<NotificationListener>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ScheduleRunner>>()));
            services.AddHostedService(provider => provider.GetRequiredService<ScheduleRunner>());
        }
    }
}
