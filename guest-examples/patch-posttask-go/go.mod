module patch_posttask

go 1.27

require bindery v0.0.0

replace bindery => ../../sdk/go
