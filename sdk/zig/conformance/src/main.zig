//! Makes the calls that it is given, each through the SDK's typed function, and answers with what
//! came of them. Started again from a checkpoint, it answers with the state alone.

const std = @import("std");
const bindery = @import("bindery");
const Allocator = std.mem.Allocator;
const Value = std.json.Value;

const Call = struct {
    operation: []const u8,
    arguments: Value = .null,
};

const Answer = union(enum) {
    ok: Value,
    @"error": bindery.Failure,
};

const Report = struct {
    answers: []const Answer,
    restored: ?[]const u8 = null,
};

fn runbook(arena: Allocator, parameters: struct { calls: []const Call }) !Report {
    if (try bindery.job.restored(arena)) |state| return .{ .answers = &.{}, .restored = state };
    const answers = try arena.alloc(Answer, parameters.calls.len);
    for (answers, parameters.calls) |*answer, call| answer.* = try made(arena, call);
    return .{ .answers = answers };
}

fn made(arena: Allocator, call: Call) !Answer {
    inline for (bindery.operations) |operation| {
        if (std.mem.eql(u8, operation[0], call.operation)) return typed(arena, operation[1], call.arguments);
    }
    const text = bindery.call(arena, call.operation, try bindery.json(arena, call.arguments)) catch |problem|
        return refusal(arena, problem);
    return .{ .ok = try bindery.parse(Value, arena, text) };
}

/// One call of an SDK function: `fn () !R`, with an arena, with arguments, or with both.
fn typed(arena: Allocator, comptime function: anytype, given: Value) !Answer {
    const types = @typeInfo(@TypeOf(function)).@"fn".param_types;
    const Arguments = if (types.len > 0 and types[types.len - 1] != Allocator)
        types[types.len - 1].?
    else
        struct {};
    var decoder: bindery.Decoder = .{ .arena = arena, .unknown = .refused };
    const arguments = decoder.decode(Arguments, given) catch |problem| switch (problem) {
        error.OutOfMemory => return problem,
        error.Unfit => return .{ .@"error" = .{
            .code = "InvalidArguments",
            .message = try decoder.sentence(arena),
        } },
    };
    const reply = (if (types.len == 2)
        function(arena, arguments)
    else if (types[0] == Allocator)
        function(arena)
    else
        function(arguments)) catch |problem| return refusal(arena, problem);
    return .{ .ok = try bindery.parse(Value, arena, try bindery.json(arena, reply)) };
}

/// The failure, copied: the SDK keeps only the last one.
fn refusal(arena: Allocator, problem: bindery.Error) !Answer {
    const failure = bindery.failure(problem) orelse return problem;
    return .{ .@"error" = try bindery.parse(bindery.Failure, arena, try bindery.json(arena, failure)) };
}

comptime {
    bindery.runbook(runbook);
}
