using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;

namespace ScaiDrive.Search.Tests.Contract;

public sealed class LocalEngineTests : SearchEngineContract
{
    private protected override async Task<EngineRoom> StartAsync() => new LocalRoom(await SearchRoom.CreateAsync());

    private sealed class LocalRoom(SearchRoom room, LocalIndex? node = null) : EngineRoom(room)
    {
        private LocalIndex _node = node ?? room.Node;

        public override ISearchEngine Engine => _node;

        public override IFollowingIndex Index => _node;

        public override Action<string>? Step
        {
            set => _node.Step = value;
        }

        public override void Restart() => _node = Room.RestartNode();

        public override Task<EngineRoom> FreshAsync() => Task.FromResult<EngineRoom>(new Guest(Room, Room.NewNode("fresh")));
    }

    // Its owner disposes of the database.
    private sealed class Guest(SearchRoom room, LocalIndex node) : EngineRoom(room)
    {
        public override ISearchEngine Engine => node;

        public override IFollowingIndex Index => node;

        public override Action<string>? Step
        {
            set => node.Step = value;
        }

        public override void Restart() => throw new NotSupportedException();

        public override Task<EngineRoom> FreshAsync() => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
