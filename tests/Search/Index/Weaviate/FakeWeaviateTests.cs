using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index.Weaviate;

/// <summary>The fake must be as strict as it says, or the suite proves nothing.</summary>
public sealed class FakeWeaviateTests : IAsyncLifetime, IDisposable
{
    private const string Film = """
        {"class":"Film","multiTenancyConfig":{"enabled":true},"vectorizer":"none","vectorIndexConfig":{"distance":"cosine"},"properties":[
          {"name":"title","dataType":["text"],"tokenization":"whitespace"},{"name":"kind","dataType":["text"],"tokenization":"field","indexSearchable":false},
          {"name":"year","dataType":["int"]},{"name":"seen","dataType":["date"]},{"name":"secret","dataType":["text"],"indexFilterable":false}]}
        """;

    private readonly FakeWeaviate _server = new();
    private readonly HttpClient _http = new();

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        _http.BaseAddress = new(_server.Url, "/v1/");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, "schema", Film)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, "schema/Film/tenants", """[{"name":"one"},{"name":"two"}]""")).Status);
        await PutAsync("""{"title":"red sea red","kind":"drama","year":1999,"seen":"2020-01-01T00:00:00Z"}""", "[1,0]", 1);
        await PutAsync("""{"title":"red desert","kind":"drama","year":2001,"seen":"2021-01-01T00:00:00+02:00"}""", "[0,1]", 2);
        await PutAsync("""{"title":"blue","kind":"comedy","year":2003}""", "[1,1]", 3);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("""{"class":"film"}""", "not a valid class name")]
    [InlineData("""{"class":"Film"}""", "already exists")]
    [InlineData("""{"class":"A","colour":"red"}""", "colour")]
    [InlineData("""{"class":"A","properties":[{"name":"a b","dataType":["text"]}]}""", "not a valid property name")]
    [InlineData("""{"class":"A","properties":[{"name":"id","dataType":["text"]}]}""", "not a valid property name")]
    [InlineData("""{"class":"A","properties":[{"name":"a","dataType":["strings"]}]}""", "invalid dataType")]
    [InlineData("""{"class":"A","properties":[{"name":"a","dataType":["text"],"tokenization":"words"}]}""", "words")]
    [InlineData("""{"class":"A","properties":[{"name":"a","dataType":["int"],"tokenization":"field"}]}""", "not allowed")]
    [InlineData("""{"class":"A","properties":[{"name":"a","dataType":["int"],"indexSearchable":true}]}""", "indexSearchable")]
    [InlineData("""{"class":"A","vectorIndexConfig":{"distance":"cosinus"}}""", "distance")]
    [InlineData("""{"class":"A","invertedIndexConfig":{"stopwords":{"preset":"de"}}}""", "stopword")]
    public async Task A_definition_that_is_not_documented_is_refused(string definition, string expected)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "schema", definition);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(expected, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","properties":{}}""", "without tenant")]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","tenant":"three","properties":{}}""", "tenant not found")]
    [InlineData("""{"class":"Film","id":"nine","tenant":"one","properties":{}}""", "uuid")]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","tenant":"one","properties":{"stars":5}}""", "no such prop")]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","tenant":"one","properties":{"year":"1999"}}""", "year")]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","tenant":"one","properties":{"seen":"1.1.2020"}}""", "seen")]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","tenant":"one","properties":{},"vector":[1,2,3]}""", "length")]
    [InlineData("""{"class":"Film","id":"00000000-0000-0000-0000-000000000009","tenant":"one","properties":{},"colour":"red"}""", "colour")]
    public async Task An_object_that_does_not_fit_is_refused_inside_an_answer_of_200(string item, string expected)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "batch/objects", $$"""{"objects":[{{item}}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(expected, (string?)JsonNode.Parse(body)![0]!["result"]!["errors"]!["error"]![0]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{Get{Film(tenant:"one",bm25:{query:"red"}){title}}}""", "red sea red|red desert")]
    [InlineData("""{Get{Film(tenant:"one",bm25:{query:"red",properties:["title^2"]},where:{path:["year"],operator:GreaterThan,valueInt:2000}){title}}}""", "red desert")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["kind"],operator:Like,valueText:"com*"}){title}}}""", "blue")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["title"],operator:Equal,valueText:"red sea"}){title}}}""", "red sea red")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["title"],operator:ContainsAny,valueText:["sea","blue"]}){title}}}""", "red sea red|blue")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["seen"],operator:LessThan,valueDate:"2020-12-31T22:00:01Z"}){title}}}""", "red sea red|red desert")]
    [InlineData("""{Get{Film(tenant:"one",nearVector:{vector:[0,1]},limit:2){title _additional{distance id}}}}""", "red desert|blue")]
    [InlineData("""{Get{Film(tenant:"one",sort:[{path:["title"],order:desc}],limit:1,offset:1){title}}}""", "red desert")]
    [InlineData("""{Get{Film(tenant:"one",nearVector:{vector:[0,1]},groupBy:{path:["kind"],groups:1,objectsPerGroup:1}){title _additional{group{groupedBy{value path} hits{title}}}}}}""", "red desert")]
    [InlineData("""{Get{Film(tenant:"two"){title}}}""", "")]
    public async Task A_documented_query_is_evaluated(string query, string expected)
    {
        var (errors, data) = await AskAsync(query);
        Assert.Equal("", errors);
        Assert.Equal(expected, string.Join('|', data!["Get"]!["Film"]!.AsArray().Select(film => (string?)film!["title"])));
    }

    [Theory]
    [InlineData("""{Get{Film{title}}}""", "without tenant")]
    [InlineData("""{Get{Film(tenant:"one"){stars}}}""", "Cannot query field")]
    [InlineData("""{Get{Movie(tenant:"one"){title}}}""", "Cannot query field")]
    [InlineData("""{Get{Film(tenant:"one",colour:1){title}}}""", "Unknown argument")]
    [InlineData("""{Get{Film(tenant:"one",limit:"5"){title}}}""", "Int")]
    [InlineData("""{Get{Film(tenant:"one",limit:9999,offset:2){title}}}""", "maximum results")]
    [InlineData("""{Get{Film(tenant:"one",bm25:{query:"red",searchOperator:{operator:And}}){title}}}""", "searchOperator")]
    [InlineData("""{Get{Film(tenant:"one",bm25:{query:"red",properties:["kind"]}){title}}}""", "indexSearchable")]
    [InlineData("""{Get{Film(tenant:"one",nearVector:{vector:[1,2,3]}){title}}}""", "lengths")]
    [InlineData("""{Get{Film(tenant:"one",bm25:{query:"red"},sort:[{path:["title"]}]){title}}}""", "sorting")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["stars"],operator:Equal,valueInt:5}){title}}}""", "no such prop")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["year"],operator:Equal,valueText:"1999"}){title}}}""", "valueInt")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["year"],operator:Equal,valueInt:3000000000}){title}}}""", "valueInt")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["title"],operator:Contains,valueText:"a"}){title}}}""", "unrecognized operator")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["title"],operator:Equal,valueTextArray:["a"]}){title}}}""", "Unknown field")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["secret"],operator:Equal,valueText:"a"}){title}}}""", "indexFilterable")]
    [InlineData("""{Get{Film(tenant:"one",where:{operator:And,operands:[]}){title}}}""", "no operands")]
    [InlineData("""{Get{Film(tenant:"one",where:{path:["title"],operator:Like,valueText:"(red*"}){title}}}""", "regex")]
    [InlineData("""{Get{Film(tenant:"one"){title}}""", "Syntax Error")]
    public async Task A_query_that_is_not_documented_is_refused_inside_an_answer_of_200(string query, string expected) =>
        Assert.Contains(expected, (await AskAsync(query)).Errors, StringComparison.Ordinal);

    [Fact]
    public async Task A_deletion_takes_lists_by_the_name_they_have_in_json()
    {
        const string Where = """{"match":{"class":"Film","where":{"path":["kind"],"operator":"ContainsAny","NAME":["drama"]}},"output":"minimal"}""";
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await SendAsync(HttpMethod.Delete, "batch/objects?tenant=one", Where.Replace("NAME", "valueText", StringComparison.Ordinal))).Status);
        var (status, body) = await SendAsync(HttpMethod.Delete, "batch/objects?tenant=one", Where.Replace("NAME", "valueTextArray", StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.OK, 2), (status, (int)JsonNode.Parse(body)!["results"]!["successful"]!));
        var (_, data) = await AskAsync("""{Aggregate{Film(tenant:"one"){meta{count}}}}""");
        Assert.Equal(1, (int)data!["Aggregate"]!["Film"]![0]!["meta"]!["count"]!);
    }

    private async Task PutAsync(string properties, string vector, int number)
    {
        var (_, body) = await SendAsync(
            HttpMethod.Post, "batch/objects",
            $$"""{"objects":[{"class":"Film","id":"00000000-0000-0000-0000-{{number:000000000000}}","tenant":"one","properties":{{properties}},"vector":{{vector}}}]}""");
        Assert.Equal("SUCCESS", (string?)JsonNode.Parse(body)![0]!["result"]!["status"]);
    }

    private async Task<(string Errors, JsonNode? Data)> AskAsync(string query)
    {
        using var response = await _http.PostAsJsonAsync("graphql", new { query }, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!;
        return ((string?)answer["errors"]?[0]?["message"] ?? "", answer["data"]);
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var response = await _http.SendAsync(request, Stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }
}
