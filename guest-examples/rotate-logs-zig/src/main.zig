//! Rotates the logs of a folder: `app.log` becomes `app.log.1`, that becomes `app.log.2`, and `app.log`
//! begins anew.

const std = @import("std");
const bindery = @import("bindery");
const files = bindery.files;
const Allocator = std.mem.Allocator;

pub const Parameters = struct {
    /// Below what runbook.toml asks for.
    folder: []const u8 = "/var/log/shop",
    bytes_min: u32 = 1 << 16,
    keep: u8 = 4,

    pub const schema = .{
        .folder = .{ .description = "The folder; it must be granted." },
        .bytes_min = .{ .description = "Rotate only logs of at least so many bytes.", .minimum = 1 },
        .keep = .{ .description = "Keep so many older ones of each.", .minimum = 1, .maximum = 50 },
    };
};

const Summary = struct {
    rotated: []const []const u8,
    /// Over 1 MiB, which is the most that can be read.
    too_large: []const []const u8,
};

fn rotate(arena: Allocator, parameters: Parameters) !Summary {
    var rotated: std.ArrayList([]const u8) = .empty;
    var too_large: std.ArrayList([]const u8) = .empty;
    for (try files.list(arena, .{ .path = parameters.folder })) |entry| {
        if (!isLog(entry, parameters.bytes_min)) continue;
        const path = try std.fmt.allocPrint(arena, "{s}/{s}", .{ parameters.folder, entry.name });
        if (files.read(arena, .{ .path = path })) |log| {
            try shift(arena, path, parameters.keep, log.text);
            try rotated.append(arena, entry.name);
            bindery.output("{s}: {d} bytes rotated", .{ path, log.text.len });
        } else |problem| {
            if (problem != error.TooLarge) return problem;
            try too_large.append(arena, entry.name);
            bindery.warning("{s} is too large to be rotated here", .{path});
        }
    }
    return .{ .rotated = rotated.items, .too_large = too_large.items };
}

fn isLog(entry: files.Entry, bytes_min: u32) bool {
    const bytes = entry.bytes orelse return false;
    return entry.kind == .file and std.mem.endsWith(u8, entry.name, ".log") and bytes >= bytes_min;
}

/// Every older log moves one on, from the oldest; then `text` is the first, and the log is empty.
fn shift(arena: Allocator, path: []const u8, keep: u8, text: []const u8) !void {
    var number = keep;
    while (number > 1) : (number -= 1) {
        const older = files.read(arena, .{ .path = try numbered(arena, path, number - 1) }) catch |problem| {
            if (problem == error.NotFound) continue;
            return problem;
        };
        try files.write(.{ .path = try numbered(arena, path, number), .text = older.text });
    }
    try files.write(.{ .path = try numbered(arena, path, 1), .text = text });
    try files.write(.{ .path = path, .text = "" });
}

fn numbered(arena: Allocator, path: []const u8, number: u8) ![]const u8 {
    return std.fmt.allocPrint(arena, "{s}.{d}", .{ path, number });
}

comptime {
    bindery.runbook(rotate);
}

test "a log is a file of that name and size" {
    var entry: files.Entry = .{ .name = "app.log", .kind = .file, .bytes = 10, .modified = "" };
    try std.testing.expect(isLog(entry, 10));
    try std.testing.expect(!isLog(entry, 11));
    entry.name = "app.log.1";
    try std.testing.expect(!isLog(entry, 1));
    try std.testing.expect(!isLog(.{ .name = "old.log", .kind = .folder, .modified = "" }, 0));
}
