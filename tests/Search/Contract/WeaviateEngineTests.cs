using ScaiDrive.Search.Tests.Index.Weaviate;

namespace ScaiDrive.Search.Tests.Contract;

public sealed class WeaviateEngineTests : SearchEngineContract
{
    private protected override async Task<EngineRoom> StartAsync() => await WeaviateRoom.CreateAsync();
}
