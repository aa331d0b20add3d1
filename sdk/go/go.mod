module bindery

go 1.27
