-- Which database this is, is no tenant's secret: an index asks before it follows.
GRANT SELECT ON search.index_identity TO scaidrive_tenant;
