using Microsoft.Extensions.Logging;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index.Local;

/// <summary>Keeps this process's index in step with the log of every tenant.</summary>
public sealed class LocalIndexFollower(
    LocalIndex index, NotificationListener listener, SearchOptions options, ILogger<LocalIndexFollower> log)
    : IndexFollower(index, listener, options, log);
