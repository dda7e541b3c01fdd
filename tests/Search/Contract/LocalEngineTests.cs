using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;

namespace ScaiDrive.Search.Tests.Contract;

public sealed class LocalEngineTests : SearchEngineContract
{
    private protected override async Task<EngineRoom> StartAsync() => new LocalRoom(await SearchRoom.CreateAsync());

    private sealed class LocalRoom(SearchRoom room) : EngineRoom(room)
    {
        private LocalIndex _node = room.Node;
        private int _nodes;

        public override ISearchEngine Engine => _node;

        public override IFollowingIndex Index => _node;

        public override Action<string>? Step
        {
            set => _node.Step = value;
        }

        public override void Restart() => _node = Room.RestartNode();

        public override void Lose() => _node = Room.NewNode($"empty{_nodes++}");
    }
}
