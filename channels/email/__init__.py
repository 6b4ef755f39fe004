"""E-mail: letters through the school's relay, and the bounces and complaints that come back."""
