//! {{name}}: which updates this computer lacks. Changes nothing.

const std = @import("std");
const bindery = @import("bindery");

/// Their JSON Schema is made from this type; `bytes_min` is `bytesMin` there.
pub const Parameters = struct {
    bytes_min: u64 = 0,

    pub const schema = .{
        .bytes_min = .{ .description = "List only updates of at least so many bytes." },
    };
};

const Summary = struct {
    missing: usize,
    listed: usize,
};

fn runbook(arena: std.mem.Allocator, parameters: Parameters) !Summary {
    const assessment = try bindery.updates.assess(arena);
    var listed: usize = 0;
    for (assessment.missing) |update| {
        if (!worthSaying(update, parameters)) continue;
        listed += 1;
        bindery.output("{s} is missing", .{update.title});
    }
    if (assessment.reboot.pending) bindery.warning("a reboot is pending", .{});
    return .{ .missing = assessment.missing.len, .listed = listed };
}

/// An update of unknown size is.
fn worthSaying(update: bindery.updates.Update, parameters: Parameters) bool {
    return (update.bytes orelse return true) >= parameters.bytes_min;
}

comptime {
    bindery.runbook(runbook);
}

test "small updates are left out" {
    var update: bindery.updates.Update = .{
        .id = "a",
        .title = "a",
        .version = "1",
        .product = "p",
        .classification = .security,
        .reboot = .never_reboots,
        .bytes = 10,
    };
    try std.testing.expect(!worthSaying(update, .{ .bytes_min = 11 }));
    try std.testing.expect(worthSaying(update, .{ .bytes_min = 10 }));
    update.bytes = null;
    try std.testing.expect(worthSaying(update, .{ .bytes_min = 11 }));
}
