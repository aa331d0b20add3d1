//! Tests of the SDK: `zig test --dep bindery -Mroot=tests/tests.zig -Mbindery=bindery.zig`.

const std = @import("std");
const bindery = @import("bindery");
const testing = std.testing;

fn decoded(comptime T: type, arena: std.mem.Allocator, text: []const u8) !T {
    var decoder: bindery.Decoder = .{ .arena = arena, .unknown = .refused };
    return decoder.text(T, text);
}

/// Reads `text` as a `T` and expects the same text when it is written.
fn survives(comptime T: type, text: []const u8) !void {
    var arena: std.heap.ArenaAllocator = .init(testing.allocator);
    defer arena.deinit();
    const value = try decoded(T, arena.allocator(), text);
    try testing.expectEqualStrings(text, try bindery.json(arena.allocator(), value));
}

/// Reads `text` as a `T` and expects this refusal.
fn refused(comptime T: type, text: []const u8, sentence: []const u8) !void {
    var arena: std.heap.ArenaAllocator = .init(testing.allocator);
    defer arena.deinit();
    var decoder: bindery.Decoder = .{ .arena = arena.allocator(), .unknown = .refused };
    try testing.expectError(error.Unfit, decoder.text(T, text));
    try testing.expectEqualStrings(sentence, try decoder.sentence(arena.allocator()));
}

const Start = bindery.jobs.StartArguments;

test "records, variants, enums and optionals are read and written in the contract's spelling" {
    try survives(bindery.updates.Pending, "{\"pending\":true,\"reasons\":[\"kernel\",\"\\u0000\\n\u{1F600}\"]}");
    try survives(Start, "{\"runbook\":\"A\",\"children\":[{\"target\":\"sandbox\",\"parameters\":\"{}\"}]}");
    try survives(Start, "{\"runbook\":\"A\",\"children\":[{\"target\":{\"group\":\"web\"},\"parameters\":\"{}\"}]}");
    try survives(bindery.updates.OsType, "\"Linux\"");
    try survives(bindery.stream.ProgressArguments, "{\"activity\":\"a\"}");
    try survives(bindery.stream.ProgressArguments, "{\"activity\":\"a\",\"percent\":100}");
    try survives(u64, "18446744073709551615");
    try survives(struct { kb_id: i8, ratio: f64 }, "{\"kbId\":-128,\"ratio\":0.5}");
    try survives(std.json.Value, "{\"any\":[1,null,\"x\"]}");
}

test "null is an absent optional, and a key spelt as in Zig will do" {
    var arena: std.heap.ArenaAllocator = .init(testing.allocator);
    defer arena.deinit();
    const Parameters = struct { days_max: u32 = 30, Group: ?[]const u8 = null, mode: enum { any, all } = .all };
    const none = try decoded(Parameters, arena.allocator(), "{\"Group\":null,\"daysMax\":null}");
    try testing.expectEqual(30, none.days_max);
    try testing.expectEqual(null, none.Group);
    const some = try decoded(Parameters, arena.allocator(), "{\"days_max\":3,\"Group\":\"web\",\"mode\":\"any\"}");
    try testing.expectEqual(3, some.days_max);
    try testing.expectEqualStrings("web", some.Group.?);
    try testing.expectEqual(.any, some.mode);
}

test "what does not fit is named with its place" {
    try refused(Start, "{\"runbook\":\"A\",\"children\":[{\"target\":\"sandbox\",\"parameters\":3}]}", "`children[0].parameters`: it must be a string, and is 3");
    try refused(Start, "{\"runbook\":\"A\"}", "`children`: it must be an array, and is nothing");
    try refused(Start, "{\"runbook\":\"A\",\"children\":[{\"target\":{\"moon\":\"x\"},\"parameters\":\"\"}]}", "`children[0].target`: it must be \"sandbox\" or {\"computer\": …} or {\"group\": …}, and is {\"moon\":\"x\"}");
    try refused(Start, "{\"runbok\":\"A\"}", "there is no key `runbok`");
    try refused(Start, "[]", "it must be an object, and is []");
    try refused(Start, "{", "it is not JSON (UnexpectedEndOfInput)");
    try refused(u8, "256", "it must be a whole number from 0 to 255, and is 256");
    try refused(u8, "-1", "it must be a whole number from 0 to 255, and is -1");
    try refused(u64, "18446744073709551616", "it must be a whole number from 0 to 18446744073709551615, and is 18446744073709551616");
    try refused(bindery.updates.OsType, "\"Linus\"", "it must be \"Linux\" or \"Windows\", and is \"Linus\"");
}

test "text that is not UTF-8 and numbers that are not finite are refused" {
    try testing.expectError(error.InvalidJson, bindery.json(testing.allocator, .{ .text = "\xff" }));
    try testing.expectError(error.InvalidJson, bindery.json(testing.allocator, @as([2]u8, .{ 0xC0, 0x80 })));
    try testing.expectError(error.InvalidJson, bindery.json(testing.allocator, std.math.inf(f64)));
}

test "outside a runbook every operation is refused" {
    try testing.expectError(error.NotInRunbook, bindery.job.context(testing.allocator));
    try testing.expectEqualStrings("NotInRunbook", bindery.failure(error.NotInRunbook).?.code);
    try testing.expectEqual(null, bindery.failure(error.GrantDenied));
    inline for (bindery.operations) |operation| _ = &operation[1];
}

test "a failure of the runbook's own keeps code, message and details" {
    const problem = bindery.failWith("DiskFull", "{\"mb\":12}", "{d} MB are left", .{12});
    try testing.expectEqual(error.RunbookFailed, problem);
    const failure = bindery.failure(problem).?;
    try testing.expectEqualStrings("12 MB are left", failure.message);
    try testing.expectEqualStrings("{\"mb\":12}", failure.details.?);
}

test "the schema of the parameters is that of their type" {
    const Rule = struct { name: []const u8 };
    const P = struct {
        bytes_min: u64 = 0,
        retries: i8,
        wait_for: enum { first_one, all } = .all,
        group: ?[]const u8 = null,
        share: f32,
        rules: []const Rule = &.{.{ .name = "x" }},
        rest: ?std.json.Value = null,

        pub const schema = .{ .retries = .{ .description = "So often.", .minimum = 1 } };
    };
    var text: std.Io.Writer.Allocating = .init(testing.allocator);
    defer text.deinit();
    var out: std.json.Stringify = .{ .writer = &text.writer };
    try bindery.schema.write(P, &out);
    try testing.expectEqualStrings(
        \\{"type":"object","properties":{"bytesMin":{"type":"integer","minimum":0,"default":0},
    ++
        \\"retries":{"type":"integer","maximum":127,"description":"So often.","minimum":1},
    ++
        \\"waitFor":{"type":"string","enum":["FirstOne","All"],"default":"All"},"group":{"type":"string"},
    ++
        \\"share":{"type":"number"},"rules":{"type":"array","items":{"type":"object","properties":
    ++
        \\{"name":{"type":"string"}},"required":["name"],"additionalProperties":false},"default":[{"name":"x"}]},
    ++
        \\"rest":{}},"required":["retries","share"],"additionalProperties":false}
    , text.written());
}
