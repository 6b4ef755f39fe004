"""What a parent opens by a link of her own."""
