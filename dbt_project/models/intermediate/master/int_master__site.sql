{{ site_rows() }}
