-- With which device password a subscription was made whose device was not signed in; so that it lasts as long as that.
ALTER TABLE subscriptions ADD COLUMN credential TEXT;
