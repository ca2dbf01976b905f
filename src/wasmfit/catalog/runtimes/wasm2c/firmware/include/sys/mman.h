/* There is no memory mapping here, and nothing asks for it. */
