//! Starts a runbook on each of a list of computers, or in a group, and sums up what came of it.

const std = @import("std");
const bindery = @import("bindery");
const jobs = bindery.jobs;
const Allocator = std.mem.Allocator;

const Parameters = struct {
    runbook: []const u8,
    computers: []const []const u8 = &.{},
    group: ?[]const u8 = null,
    /// Of every child.
    parameters: ?std.json.Value = null,
    wait: jobs.WaitFor = .all,
    minutes_max: u32 = 120,
};

/// One child: where it runs, and what is known of it.
const Child = struct {
    target: jobs.Target,
    job: ?[]const u8 = null,
    status: ?jobs.JobStatus = null,
    @"error": ?bindery.Failure = null,

    fn pending(self: Child) bool {
        return self.job != null and !self.ended();
    }

    fn ended(self: Child) bool {
        return switch (self.status orelse return false) {
            .completed, .failed, .stopped => true,
            else => false,
        };
    }
};

const Summary = struct {
    completed: usize = 0,
    failed: usize = 0,
    not_started: usize = 0,
    /// Started, and not ended when this job stopped waiting.
    pending: usize = 0,
    children: []const Child,

    fn of(children: []const Child) Summary {
        var sum: Summary = .{ .children = children };
        for (children) |child| {
            if (child.job == null) {
                sum.not_started += 1;
            } else if (child.pending()) {
                sum.pending += 1;
            } else if (child.status == .completed) {
                sum.completed += 1;
            } else {
                sum.failed += 1;
            }
        }
        return sum;
    }
};

fn fanOut(arena: Allocator, parameters: Parameters) !Summary {
    const children = try start(arena, parameters);
    while (true) {
        const sum: Summary = .of(children);
        const percent = 100 * (children.len - sum.pending) / children.len;
        bindery.progress(@intCast(percent), "{d} of {d} children have ended", .{
            children.len - sum.pending, children.len,
        });
        const enough = parameters.wait == .any and sum.completed + sum.failed > 0;
        if (sum.pending == 0 or enough) return verdict(arena, sum);
        if (!try waitForNext(arena, children, parameters)) return verdict(arena, .of(children));
    }
}

fn start(arena: Allocator, parameters: Parameters) ![]Child {
    const count = parameters.computers.len + @intFromBool(parameters.group != null);
    if (count == 0) return bindery.fail("NoTargets", "name `computers`, a `group`, or both", .{});
    const children = try arena.alloc(Child, count);
    for (parameters.computers, children[0..parameters.computers.len]) |id, *child|
        child.* = .{ .target = .{ .computer = id } };
    if (parameters.group) |group| children[count - 1] = .{ .target = .{ .group = group } };

    const given = if (parameters.parameters) |object| try bindery.json(arena, object) else "{}";
    const asked = try arena.alloc(jobs.Child, count);
    for (asked, children) |*ask, child| ask.* = .{ .target = child.target, .parameters = given };
    const answers = try jobs.start(arena, .{ .runbook = parameters.runbook, .children = asked });
    for (answers, children) |answer, *child| {
        child.job = answer.job;
        child.@"error" = answer.@"error";
        if (answer.@"error") |failure| bindery.warning("{s}: not started: {s}", .{
            name(child.target), failure.message,
        });
    }
    return children;
}

/// Waits until one more child has ended. False if none has within the time.
fn waitForNext(arena: Allocator, children: []Child, parameters: Parameters) !bool {
    var pending: std.ArrayList([]const u8) = .empty;
    for (children) |child| if (child.pending()) try pending.append(arena, child.job.?);
    const states = jobs.wait(arena, .{
        .jobs = pending.items,
        .mode = .any,
        .timeout = @as(u64, parameters.minutes_max) * std.time.ms_per_min,
    }) catch |problem| {
        if (problem == error.JobStopping)
            bindery.warning("asked to stop: {d} children go on without me", .{pending.items.len});
        return problem;
    };
    var news = false;
    for (states) |state| {
        const child = for (children) |*child| {
            if (child.job) |job| if (std.mem.eql(u8, job, state.job)) break child;
        } else continue;
        child.status = state.status;
        child.@"error" = state.@"error";
        if (!state.ended) continue;
        news = true;
        if (state.@"error") |failure|
            bindery.warning("{s}: {s}: {s}", .{ name(child.target), failure.code, failure.message })
        else
            bindery.output("{s}: {s}", .{ name(child.target), @tagName(state.status) });
    }
    if (!news) bindery.warning("nothing ended within {d} minutes", .{parameters.minutes_max});
    return news;
}

/// A child that failed or was not started makes this job Failed, with the sum as details.
fn verdict(arena: Allocator, sum: Summary) !Summary {
    const bad = sum.failed + sum.not_started;
    if (bad == 0) return sum;
    return bindery.failWith(
        "ChildrenFailed",
        try bindery.json(arena, sum),
        "{d} of {d} children failed or were not started",
        .{ bad, sum.children.len },
    );
}

fn name(target: jobs.Target) []const u8 {
    return switch (target) {
        .sandbox => "sandbox",
        .computer, .group => |text| text,
    };
}

comptime {
    bindery.runbook(fanOut);
}

test "the sum counts each child once" {
    const children = [_]Child{
        .{ .target = .sandbox, .job = "1", .status = .completed },
        .{ .target = .sandbox, .job = "2", .status = .failed },
        .{ .target = .sandbox, .job = "3", .status = .running },
        .{ .target = .sandbox, .job = "4" },
        .{ .target = .sandbox },
    };
    const sum: Summary = .of(&children);
    try std.testing.expectEqual(1, sum.completed);
    try std.testing.expectEqual(1, sum.failed);
    try std.testing.expectEqual(2, sum.pending);
    try std.testing.expectEqual(1, sum.not_started);
}
