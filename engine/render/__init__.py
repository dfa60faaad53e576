"""A z-buffer renderer in torch: training pictures and depth maps, test pictures, turntables."""
